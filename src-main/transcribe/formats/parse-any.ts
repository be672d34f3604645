import { isTimesLine, isTimesPair } from './cue-time.ts';
import { looksLikeAss, parseAss } from './parse-ass.ts';
import { looksLikeJson, parseJson } from './parse-json.ts';
import { parseSrt } from './parse-srt.ts';
import { looksLikeTable, parseTable } from './parse-table.ts';
import { parseTimedLines } from './parse-timed-lines.ts';
import { parseVtt } from './parse-vtt.ts';
import { linesOf, readText } from './read-text.ts';
import { invalidTranscript, quoted, type OnSkipped, type TimedText } from './timed-text.ts';

const EXPECTED = 'SRT, WebVTT, SBV, ASS, JSON of a recogniser, a table or lines with times';

/**
 * Text of a file whose format is detected from its content. Throws INVALID_TRANSCRIPT where it is none, with the words
 * of the SRT parser.
 */
export function parseAny(input: string | Uint8Array, onSkipped?: OnSkipped): TimedText[] {
  const text = readText(input);
  if (/^WEBVTT(?:\s|$)/.test(text)) return parseVtt(text, onSkipped);
  if (looksLikeJson(text)) return parseJson(input, onSkipped);
  if (looksLikeAss(text)) return parseAss(text, onSkipped);
  if (/^\s*<(?:[?!a-z])/i.test(text) && !linesOf(text).some(isTimesLine))
    throw invalidTranscript(
      EXPECTED,
      `${markupName(text)}: ${quoted(text.trim())}. Save it as SRT or WebVTT`,
    );
  if (linesOf(text).some(isTimesLine) || isTimesPair(linesOf(text)[0])) return parseSrt(text, onSkipped);
  if (looksLikeTable(text)) return parseTable(text, onSkipped);
  return parseTimedLines(text, onSkipped) ?? parseSrt(text, onSkipped);
}

function markupName(text: string): string {
  return /<(?:\w+:)?tt[\s>]/i.test(text.slice(0, 4096))
    ? 'TTML, which is not read'
    : 'XML or HTML, which is not read';
}
