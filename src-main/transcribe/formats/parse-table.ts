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

interface Columns {
  readonly start: number;
  readonly end: number;
  readonly text: number;
  readonly speaker: number;
  readonly separator: '\t' | ',';
  readonly msPerUnit: number;
}

/** A label track of Audacity: start, end and text, in seconds. */
const LABELS: Columns = { start: 0, end: 1, text: 2, speaker: -1, separator: '\t', msPerUnit: 1000 };
const LABEL_LINE = /^\d+[.,]\d+\t\d+[.,]\d+(?:\t|$)/;

/** True for a table of `start`, `end` and `text`, and for Audacity's labels. */
export function looksLikeTable(text: string): boolean {
  const [first = ''] = linesOf(text);
  return LABEL_LINE.test(first) || columnsOf(first) !== undefined;
}

/**
 * Tables with tabs or commas: Whisper's TSV and whisper.cpp's CSV, whose times are whole milliseconds, and Audacity's labels in
 * seconds. Throws INVALID_TRANSCRIPT.
 */
export function parseTable(input: string | Uint8Array, onSkipped?: OnSkipped): TimedText[] {
  const lines = linesOf(readText(input));
  const header = columnsOf(lines[0] ?? '');
  const columns = header ?? LABELS;
  const rows = lines
    .map((line, index) => ({ line, number: index + 1 }))
    .slice(header === undefined ? 0 : 1)
    // Audacity puts the range of frequencies of a label on a line of its own.
    .filter(({ line }) => line.trim() !== '' && !line.startsWith('\\\t'));
  return inOrder(
    readEach(
      rows,
      ({ line, number }) => {
        const fields = columns.separator === ',' ? commaFields(line) : line.split('\t');
        const field = (column: number): string => fields[column] ?? '';
        const start = timeOf(field(columns.start), columns.msPerUnit);
        const end = field(columns.end).trim() === '' ? null : timeOf(field(columns.end), columns.msPerUnit);
        if (Number.isNaN(start) || Number.isNaN(end))
          throw invalidTranscript(`a start and an end in line ${number}`, quoted(line));
        return [
          {
            text: cleanText(field(columns.text)),
            ...checkedTimes(`line ${number}`, start, end),
            words: null,
            speaker: speakerLabel(field(columns.speaker)),
          },
        ];
      },
      onSkipped,
    ),
  );
}

function columnsOf(header: string): Columns | undefined {
  const separator = header.includes('\t') ? '\t' : ',';
  const names = header.split(separator).map((name) => name.trim().replaceAll('"', '').toLowerCase());
  const [start, end, text] = ['start', 'end', 'text'].map((name) => names.indexOf(name));
  if (start === undefined || end === undefined || text === undefined || Math.min(start, end, text) < 0)
    return undefined;
  return { start, end, text, speaker: names.indexOf('speaker'), separator, msPerUnit: 1 };
}

/**
 * Whole numbers are in the table's unit, numbers with a fraction are seconds, and those with colons are clock times.
 */
function timeOf(field: string, msPerUnit: number): number {
  const text = field.trim().replaceAll('"', '');
  if (/^-?\d+$/.test(text)) return Number(text) * msPerUnit;
  return parseCueTime(text);
}

/** RFC 4180: a field in quotation marks may contain commas, and doubled quotation marks. */
function commaFields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"?|([^,]*))/g)].map(([, quotedField, plain]) =>
    quotedField === undefined ? (plain ?? '').trim() : quotedField.replaceAll('""', '"'),
  );
}
