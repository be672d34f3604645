import { parseCueTime } from './cue-time.ts';
import { cleanText, linesOf, readText } from './read-text.ts';
import {
  checkedTimes,
  inOrder,
  invalidTranscript,
  quoted,
  readEach,
  speakerLabel,
  type OnSkipped,
  type TimedText,
} from './timed-text.ts';

/** The fields of a line where no `Format` line gives them. */
const FIELDS = ['layer', 'start', 'end', 'style', 'name', 'marginl', 'marginr', 'marginv', 'effect', 'text'];
const FORMAT = /^\s*Format\s*:(.*)$/i;
const DIALOGUE = /^\s*Dialogue\s*:\s*(.*)$/i;

/** True for a script of Advanced SubStation Alpha, or of SSA before it. */
export function looksLikeAss(text: string): boolean {
  return (
    /^\s*\[Script Info\]/i.test(text) ||
    linesOf(text).some((line) => /^Dialogue\s*:\s*[^,]*,\s*\d+:\d+:\d+/i.test(line))
  );
}

/**
 * The Dialogue lines of ASS and SSA: the names are speakers, override codes and drawings are left out. Throws
 * INVALID_TRANSCRIPT.
 */
export function parseAss(input: string | Uint8Array, onSkipped?: OnSkipped): TimedText[] {
  let names = FIELDS;
  const lines: {
    readonly fields: readonly string[];
    readonly names: readonly string[];
    readonly said: string;
  }[] = [];
  for (const line of linesOf(readText(input))) {
    const format = FORMAT.exec(line)?.[1]
      ?.split(',')
      .map((name) => name.trim().toLowerCase());
    // Styles have their own format line.
    if (format?.includes('start') === true && format.includes('text')) names = format;
    const said = DIALOGUE.exec(line)?.[1];
    if (said !== undefined) lines.push({ fields: said.split(','), names, said });
  }
  if (lines.length === 0) throw invalidTranscript('Dialogue lines in a script of ASS', 'none');
  return inOrder(readEach(lines, dialogue, onSkipped));
}

function dialogue(
  { fields, names, said }: { fields: readonly string[]; names: readonly string[]; said: string },
  index: number,
): TimedText[] {
  const field = (name: string): string => fields[names.indexOf(name)]?.trim() ?? '';
  const start = parseCueTime(field('start'));
  const end = parseCueTime(field('end'));
  if (Number.isNaN(start) || Number.isNaN(end))
    throw invalidTranscript(`a start and an end in Dialogue line ${index + 1}`, quoted(said));
  // The text is the last field, and may contain commas.
  const text = fields.slice(names.indexOf('text')).join(',');
  const isDrawing = /\{[^{}]*\\p[1-9]/.test(text);
  return [
    {
      text: isDrawing ? '' : cleanText(text.replace(/\{[^{}]*\}/g, '').replace(/\\[Nnh]/g, ' ')),
      ...checkedTimes(`Dialogue line ${index + 1}`, start, end),
      words: null,
      speaker: speakerLabel(field('name') || field('actor')),
    },
  ];
}
