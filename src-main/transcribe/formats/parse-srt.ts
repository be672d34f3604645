import { hasArrow, isTimesLine, isTimesPair, parseCueTimes } from './cue-time.ts';
import { cleanText, linesOf, readText } from './read-text.ts';
import { withoutRepeats, type RawCue } from './rolling-cues.ts';
import { withPrefixesAsSpeakers } from './speaker-prefix.ts';
import {
  inOrder,
  invalidTranscript,
  quoted,
  readEach,
  speakerLabel,
  type OnSkipped,
  type TimedText,
} from './timed-text.ts';
import { withoutMarks } from './unsyntax.ts';

interface Block {
  /** Undefined for text before the first cue. */
  readonly times: string | undefined;
  readonly lines: string[];
}

/**
 * SubRip, and YouTube's SBV, which has other signs between its times. Numbers may be missing, and texts may contain
 * empty lines. A line of times begins a cue; so does the next number, whatever stands below it. Throws
 * INVALID_TRANSCRIPT where there is no cue.
 */
export function parseSrt(input: string | Uint8Array, onSkipped?: OnSkipped): TimedText[] {
  const cues = readEach(blocksOf(linesOf(readText(input))), cueOf, onSkipped);
  const pieces = readEach(
    withoutRepeats(cues, plain),
    ({ lines, ...times }) => [{ ...times, words: null, ...speech(lines) }],
    onSkipped,
  );
  return inOrder(
    withPrefixesAsSpeakers(pieces).map((piece) => ({ ...piece, text: withoutMarks(piece.text) })),
  );
}

function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let number: number | undefined;
  let isNext = false;
  for (const [index, line] of lines.entries()) {
    if (isNumber(line) && beginsCue(lines, index + 1)) {
      number = Number(line);
      continue;
    }
    if (beginsCue(lines, index) || isNext) {
      blocks.push({ times: line, lines: [] });
      isNext = false;
    } else if (isNextNumber(lines, index, number)) {
      // The line below should be times, and is reported as invalid.
      number = Number(line);
      isNext = true;
    } else if (!isBlank(line)) {
      if (blocks.length === 0) blocks.push({ times: undefined, lines: [] });
      blocks.at(-1)?.lines.push(line);
    }
  }
  return blocks;
}

/** True after an empty line for the number that follows the last cue's, with a line below it. */
function isNextNumber(lines: readonly string[], index: number, number: number | undefined): boolean {
  if (number === undefined || !isNumber(lines[index]) || Number(lines[index]) !== number + 1) return false;
  return isBlank(lines[index - 1]) && !isBlank(lines[index + 1]);
}

function isNumber(line: string | undefined): boolean {
  return line !== undefined && /^\s*\d+\s*$/.test(line);
}

/** Times; or, after an empty line or a number behind one, a line that was intended as times. */
function beginsCue(lines: readonly string[], index: number): boolean {
  if (isTimesLine(lines[index])) return true;
  if (!hasArrow(lines[index]) && !isTimesPair(lines[index])) return false;
  return isNumber(lines[index - 1]) ? isBlank(lines[index - 2]) : isBlank(lines[index - 1]);
}

/** Some programs write an empty line as a no-break space. */
function isBlank(line: string | undefined): boolean {
  return line === undefined || /^(?:\s|&nbsp;)*$/.test(line);
}

function cueOf({ times, lines }: Block, index: number): RawCue[] {
  if (times === undefined)
    throw invalidTranscript(
      'SRT: a number, then times such as 00:00:01,000 --> 00:00:02,500',
      quoted(lines[0] ?? ''),
    );
  return [{ ...parseCueTimes(times, `cue ${index + 1}`), lines }];
}

function withoutTags(text: string): string {
  return text.replace(/<\/?(?:b|i|u|s|font|c|ruby|rt)\b[^<>]*>/gi, '').replace(/\{\\[^{}]*\}/g, '');
}

/** A line in the form used for comparison. Broken characters are reported where the line is read. */
function plain(line: string): string {
  return withoutTags(line).replace(/\s+/g, ' ').trim();
}

/** Removes tags and positions. `[SPEAKER_00]: ` is how WhisperX and similar programs mark speakers. */
function speech(lines: readonly string[]): { text: string; speaker: string | null } {
  const said = withoutTags(lines.join('\n'));
  const match = /^\s*\[([^\]\n]{1,80})\]:\s*([\s\S]*)$/.exec(said);
  const speaker = speakerLabel(withoutMarks(cleanText(match?.[1] ?? '')));
  return { text: cleanText(speaker === null ? said : (match?.[2] ?? '')), speaker };
}
