import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { sortInSlices } from '../contract/slices.ts';
import { transcriptEntrySchema, type TranscriptEntry } from '../contract/transcript.ts';
import type { Columns } from './columns.ts';
import { LINES_PER_SESSION } from './line-rows.ts';

/** Lines of one page, which takes some milliseconds to read, check and parse. */
const MAX_LINES = 250;
const MAX_CHARACTERS = 128 * 1024;

/** Of a row: its key, and what is long in it. */
const pagedRowSchema = z.object({
  row: z.number(),
  text: z.string(),
  words: z.string().nullable(),
  original: z.string().nullable(),
});

export interface PagedLine {
  readonly row: number;
  readonly entry: TranscriptEntry;
}

/** Lines in the order of their keys, and the key after which to continue; undefined at the end. */
interface TranscriptPage {
  readonly lines: readonly PagedLine[];
  readonly after: number | undefined;
}

/** Reads a long text one page at a time; other tasks run between two pages. */
export function preparePages(database: Database.Database, columns: Columns<TranscriptEntry>) {
  const number = database.prepare('SELECT number FROM session_numbers WHERE session_id = ?').pluck();
  const lines = database.prepare(
    `SELECT row, ${columns.names.join(', ')} FROM session_transcripts WHERE row > ? AND row < ? ORDER BY row`,
  );

  return (sessionId: string, after?: number): TranscriptPage => {
    const known = number.get(sessionId);
    if (known === undefined) return { lines: [], after: undefined };
    const first = Number(known) * LINES_PER_SESSION;
    const page: PagedLine[] = [];
    let characters = 0;
    for (const each of lines.iterate(after ?? first - 1, first + LINES_PER_SESSION)) {
      const { row, text, words, original } = pagedRowSchema.parse(each);
      page.push({ row, entry: transcriptEntrySchema.parse(columns.fromRow(each)) });
      characters += text.length + (words?.length ?? 0) + (original?.length ?? 0);
      if (page.length >= MAX_LINES || characters >= MAX_CHARACTERS) return { lines: page, after: row };
    }
    return { lines: page, after: undefined };
  };
}

/** In order of position. Lines without a position come last, as in a read of the whole text. */
export async function inTimeOrder(lines: readonly PagedLine[]): Promise<TranscriptEntry[]> {
  const ordered = await sortInSlices(
    lines,
    setImmediate,
    (a, b) =>
      Number(a.entry.start_ms === null) - Number(b.entry.start_ms === null) ||
      (a.entry.start_ms ?? 0) - (b.entry.start_ms ?? 0) ||
      compare(a.entry.occurred_at, b.entry.occurred_at) ||
      a.row - b.row,
  );
  return ordered.map(({ entry }) => entry);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
