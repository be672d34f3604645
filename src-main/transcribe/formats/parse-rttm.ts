import { linesOf, readText } from './read-text.ts';
import {
  checkedTimes,
  invalidTranscript,
  quoted,
  readEach,
  speakerLabel,
  UNREADABLE,
  type OnSkipped,
} from './timed-text.ts';

/** A stretch of one speaker, in milliseconds from the beginning of the audio. */
export interface SpeakerTurn {
  readonly speaker: string;
  readonly start_ms: number;
  readonly end_ms: number;
}

const MAX_TURNS = 200_000;
const NOTHING = '<NA>';

/**
 * Rich Transcription Time Marked (NIST RT-09, appendix A): `SPEAKER file channel start duration <NA> <NA> name ...`, times in
 * seconds. File and name may hold spaces. Lines of other kinds are left out. Throws INVALID_TRANSCRIPT where no line can be
 * understood.
 */
export function parseRttm(input: string | Uint8Array, onSkipped?: OnSkipped): SpeakerTurn[] {
  const lines = linesOf(readText(input)).map((line, index) => ({ line, where: `line ${index + 1}` }));
  const turns = readEach(
    lines.filter(({ line }) => line.trim() !== '' && !line.trim().startsWith(';')),
    ({ line, where }) => turnsIn(line, where),
    onSkipped,
  );
  if (turns.length > MAX_TURNS) throw invalidTranscript(`at most ${MAX_TURNS} turns`, 'more');
  return turns.toSorted((a, b) => a.start_ms - b.start_ms);
}

function turnsIn(line: string, where: string): SpeakerTurn[] {
  const fields = fieldsOf(line);
  const [type = ''] = fields;
  if (!KINDS.has(type))
    throw invalidTranscript(
      'RTTM lines such as SPEAKER file 1 0.50 2.25 <NA> <NA> name <NA> <NA>',
      quoted(line),
    );
  if (type !== 'SPEAKER') return [];
  const at = startField(fields);
  const label = speakerLabel(nameIn(fields.slice(at + 4)));
  if (label === null || label.includes(UNREADABLE))
    throw invalidTranscript(`the name of a speaker in ${where}`, quoted(line));
  const startMs = parseSeconds(fields[at]);
  return [
    { speaker: label, ...checkedTimes(where, startMs, Math.round(startMs + parseSeconds(fields[at + 1]))) },
  ];
}

/** With tabs between the fields, spaces are part of a field. */
function fieldsOf(line: string): string[] {
  const tabbed = line.trim().split('\t');
  return tabbed.length >= 8 ? tabbed.map((field) => field.trim()) : line.trim().split(/\s+/);
}

/**
 * The field with the start: two numbers in front of two fields that are empty for a speaker. Where those are not empty,
 * a file name with spaces cannot be recognised, and the start is the fourth field.
 */
function startField(fields: readonly string[]): number {
  const found = fields.findIndex(
    (_, index) =>
      index >= 3 &&
      fields[index + 2] === NOTHING &&
      fields[index + 3] === NOTHING &&
      !Number.isNaN(parseSeconds(fields[index])) &&
      !Number.isNaN(parseSeconds(fields[index + 1])),
  );
  return found === -1 ? 3 : found;
}

/**
 * The name, which may contain spaces, without the confidence and the lookahead that may follow. A whole number is part
 * of the name: "Speaker 1" and "Speaker 2" must never become one.
 */
function nameIn(fields: readonly string[]): string {
  let end = fields.length;
  for (let optional = 0; optional < 2 && end > 1 && isMeasure(fields[end - 1]); optional++) end--;
  const name = fields.slice(0, end).join(' ');
  return name === NOTHING ? '' : name;
}

function isMeasure(field: string | undefined): boolean {
  return field === NOTHING || /^\d*\.\d+(?:e[-+]?\d+)?$/i.test(field ?? '');
}

const KINDS: ReadonlySet<string> = new Set([
  'SEGMENT',
  'NOSCORE',
  'NO_RT_METADATA',
  'LEXEME',
  'NON-LEX',
  'NON-SPEECH',
  'FILLER',
  'EDIT',
  'SU',
  'IP',
  'CB',
  'A/P',
  'SPEAKER',
  'SPKR-INFO',
]);

/** Whole milliseconds: binary fractions of seconds would give 2999.9999. */
function parseSeconds(text: string | undefined): number {
  return text !== undefined && /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/i.test(text)
    ? Math.round(Number(text) * 1000)
    : NaN;
}
