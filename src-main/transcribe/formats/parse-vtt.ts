import type { TranscriptWord } from '../../contract/transcript.ts';
import { hasArrow, isTimesLine, parseCueTime, parseCueTimes } from './cue-time.ts';
import { cleanText, linesOf, readText, withoutEntities } from './read-text.ts';
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

/**
 * WebVTT (W3C, 2019). Voices are speakers, and times within a line belong to its words; notes, styles and regions are
 * dropped. Throws INVALID_TRANSCRIPT.
 */
export function parseVtt(input: string | Uint8Array, onSkipped?: OnSkipped): TimedText[] {
  const text = readText(input);
  if (text.trim() === '') return [];
  const [first = '', ...lines] = linesOf(text);
  if (!/^WEBVTT(?:[ \t]|$)/.test(first))
    throw invalidTranscript('WebVTT, beginning with WEBVTT', quoted(first));
  const cues = readEach(blocksOf(lines), cuesOf, onSkipped);
  const pieces = readEach(withoutRepeats(cues, comparable), (cue) => voices(cue), onSkipped);
  return inOrder(
    withPrefixesAsSpeakers(pieces).map((piece) => ({ ...piece, text: withoutMarks(piece.text) })),
  );
}

interface Block {
  readonly lines: readonly string[];
  readonly isHeader: boolean;
}

/** The blocks between empty lines; a line with a space in it is part of a text. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: string[][] = [[]];
  for (const line of lines)
    if (line === '') blocks.push([]);
    else blocks.at(-1)?.push(line);
  return blocks
    .map((block, index) => ({ lines: block, isHeader: index === 0 }))
    .filter(
      ({ lines: [line = '', ...others] }) =>
        (line.trim() !== '' || others.some((other) => other.trim() !== '')) &&
        (!/^(?:NOTE|STYLE|REGION)(?:\s|$)/.test(line) || isTimesLine(others[0])),
    );
}

/**
 * The cues of a block: one by the standard, but a line of times begins another one even without an empty line before
 * it.
 */
function cuesOf({ lines, isHeader }: Block, index: number): RawCue[] {
  const starts = lines.flatMap((line, number) => (isTimesLine(line) ? [number] : []));
  const [first] = starts;
  if (first === undefined) {
    // Some programs write no empty line after the header, which may have further lines.
    if (isHeader && !lines.some(hasArrow)) return [];
    throw invalidTranscript(
      'WebVTT cues with times such as 00:01.000 --> 00:02.500',
      quoted(lines.find(hasArrow) ?? lines.join('\n')),
    );
  }
  return starts.map((start, number): RawCue => {
    const next = starts[number + 1];
    // Where another cue follows in the same block, a single line before its times is its name.
    const isNamed = next !== undefined && next - start > 2 && lines[next - 2]?.trim() === '';
    return {
      ...parseCueTimes(lines[start] ?? '', `cue ${index + 1}`),
      lines: lines.slice(start + 1, isNamed ? next - 1 : next),
    };
  });
}

/** `<v Ann>Hello.</v> <v Bob>Hi.</v>`: several speakers in one cue. */
function voices({ lines, start_ms, end_ms }: RawCue): TimedText[] {
  const pieces = lines.join('\n').split(/<v(?:\.[^\s<>]*)?\s([^<>]*)>/i);
  const said: TimedText[] = [];
  for (let index = 0; index < pieces.length; index += 2) {
    const raw = pieces[index] ?? '';
    const speaker = index === 0 ? null : speakerLabel(withoutMarks(plain(pieces[index - 1] ?? '')));
    said.push({ text: plain(raw), start_ms, end_ms, words: wordsOf(raw, start_ms, end_ms), speaker });
  }
  return said.filter(({ text }) => text !== '');
}

/** `to<00:00:02.600><c> my</c>`: each word lasts until the next one's time. Null where there are no such times. */
function wordsOf(raw: string, startMs: number, endMs: number | null): TranscriptWord[] | null {
  const pieces = raw.split(/<([\d:.,]{3,20})>/);
  if (pieces.length === 1 || endMs === null) return null;
  const words: TranscriptWord[] = [];
  for (let index = 0; index < pieces.length; index += 2) {
    const text = plain(pieces[index] ?? '');
    const start = index === 0 ? startMs : parseCueTime(pieces[index - 1] ?? '');
    const end = index + 1 < pieces.length ? parseCueTime(pieces[index + 1] ?? '') : endMs;
    if (!(start >= (words.at(-1)?.start_ms ?? startMs) && start <= endMs && end >= start)) return null;
    if (text !== '') words.push({ text, start_ms: start, end_ms: Math.min(end, endMs) });
  }
  return words.length === 0 ? null : words;
}

function plain(text: string): string {
  return cleanText(withoutEntities(text.replace(/<[^<>]*>/g, '')));
}

/** A line in the form used for comparison. Broken characters are reported where the line is read. */
function comparable(line: string): string {
  return withoutEntities(line.replace(/<[^<>]*>/g, ''))
    .replace(/\s+/g, ' ')
    .trim();
}
