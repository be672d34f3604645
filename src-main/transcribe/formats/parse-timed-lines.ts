import { parseCueTime, parseCueTimes } from './cue-time.ts';
import { cleanText, linesOf } from './read-text.ts';
import {
  checkedTimes,
  inOrder,
  readEach,
  speakerLabel,
  type OnSkipped,
  type TimedText,
} from './timed-text.ts';

/** whisper.cpp's and WhisperX's `[00:00:00.000 --> 00:00:02.500]  text`. */
const STRETCH = /^\s*\[(\s*\d[\d:., ]{1,20}-->[\d:., ]{1,20})\](.*)$/;
/** `[0:00:05] Ann: text`, our own among them, and `00:05 Ann: text`. */
const STAMPED =
  /^\s*(?:\[(\d{1,5}:\d{1,2}(?::\d{2})?(?:[.,]\d{1,6})?)\]|\((\d{1,5}:\d{1,2}(?::\d{2})?)\)|(\d{1,5}:\d{2}(?::\d{2})?(?:[.,]\d{1,6})?)(?=\s))\s*(?:[-–]\s+)?(.*)$/;
/** `Ann Lee  0:05` on a line above the text, as Otter and others write it. */
const HEADING = /^\s*(\p{L}[^\t:]{0,60}?)(?:\s{2,}|\t+|\s+\(?)(\d{1,3}:\d{2}(?::\d{2})?)\)?\s*$/u;
/** The speaker in front of the text: `Ann: `, `Speaker 1: `, `[SPEAKER_01]: `. */
const NAMED = /^(?:\[([^\]]{1,80})\]:?|([\p{L}\p{N}][\p{L}\p{M}\p{N}_.,'’ -]{0,40}):)\s+(\S.*)$/u;

type Kind = 'stretch' | 'stamped' | 'heading';

/**
 * Lines of text with their times, as programs print them for readers. Null where the text has another form: every line
 * must have a time, or stand below a line with a name and a time.
 */
export function parseTimedLines(text: string, onSkipped?: OnSkipped): TimedText[] | null {
  const lines = linesOf(text).filter((line) => line.trim() !== '');
  const kind = kindOf(lines);
  if (kind === undefined) return null;
  if (kind === 'heading') return inOrder(readEach(paragraphs(lines), (piece) => [piece], onSkipped));
  return inOrder(
    readEach(
      lines,
      (line, index) => [kind === 'stretch' ? stretch(line, index) : stamped(line, index)],
      onSkipped,
    ),
  );
}

function kindOf(lines: readonly string[]): Kind | undefined {
  if (lines.length === 0) return undefined;
  if (lines.every((line) => STRETCH.test(line))) return 'stretch';
  if (lines.every((line) => STAMPED.test(line))) return 'stamped';
  const headings = lines.filter((line) => HEADING.test(line)).length;
  return HEADING.test(lines[0] ?? '') && headings * 2 <= lines.length + 1 && lines.length > 1
    ? 'heading'
    : undefined;
}

function stretch(line: string, index: number): TimedText {
  const [, times = '', said = ''] = STRETCH.exec(line) ?? [];
  return { ...parseCueTimes(times.trim(), `line ${index + 1}`), ...spoken(said), words: null };
}

function stamped(line: string, index: number): TimedText {
  const [, bracketed, inParentheses, bare, said = ''] = STAMPED.exec(line) ?? [];
  const start = parseCueTime(bracketed ?? inParentheses ?? bare ?? '');
  return { ...checkedTimes(`line ${index + 1}`, start, null), ...spoken(said), words: null };
}

function spoken(said: string): { text: string; speaker: string | null } {
  const text = cleanText(said);
  const [, label, name, rest] = NAMED.exec(text) ?? [];
  return rest === undefined ? { text, speaker: null } : { text: rest, speaker: speakerLabel(label ?? name) };
}

function paragraphs(lines: readonly string[]): TimedText[] {
  const said: { speaker: string; start: number; lines: string[] }[] = [];
  for (const line of lines) {
    const [, name, time] = HEADING.exec(line) ?? [];
    if (name !== undefined && time !== undefined)
      said.push({ speaker: name, start: parseCueTime(time), lines: [] });
    else said.at(-1)?.lines.push(line);
  }
  return said.map(({ speaker, start, lines: text }) => ({
    text: cleanText(text.join('\n')),
    ...checkedTimes('a paragraph', start, null),
    words: null,
    speaker: speakerLabel(speaker),
  }));
}
