import { isTimesLine } from './cue-time.ts';
import { looksLikeJson, parseJson } from './parse-json.ts';
import { parseSrt } from './parse-srt.ts';
import { looksLikeTable, parseTable } from './parse-table.ts';
import { parseTimedLines } from './parse-timed-lines.ts';
import { parseVtt } from './parse-vtt.ts';
import { linesOf, readText } from './read-text.ts';
import type { OnSkipped, TimedText } from './timed-text.ts';

/** Text of a file whose format is seen from what it holds. Throws INVALID_TRANSCRIPT, in the words of SRT where it is none. */
export function parseAny(input: string | Uint8Array, onSkipped?: OnSkipped): TimedText[] {
  const text = readText(input);
  if (/^WEBVTT(?:\s|$)/.test(text)) return parseVtt(text, onSkipped);
  if (looksLikeJson(text)) return parseJson(input, onSkipped);
  if (linesOf(text).some(isTimesLine)) return parseSrt(text, onSkipped);
  if (looksLikeTable(text)) return parseTable(text, onSkipped);
  return parseTimedLines(text, onSkipped) ?? parseSrt(text, onSkipped);
}
