import { z } from 'zod';
import type { TranscriptEntry } from '../contract/transcript.ts';

/** A line as the catalog keeps it. */
export const entryRowSchema = z.object({
  id: z.string(),
  turn_id: z.string().nullable(),
  role: z.string(),
  speaker: z.string().nullable(),
  text: z.string(),
  interrupted: z.number(),
  occurred_at: z.string(),
  start_ms: z.number().nullable(),
  end_ms: z.number().nullable(),
  words: z.string().nullable(),
  source: z.string(),
  original: z.string().nullable(),
});
export type EntryRow = z.infer<typeof entryRowSchema>;

export const ENTRY_COLUMNS = Object.keys(entryRowSchema.shape);

export function entryFromRow({ interrupted, words, original, ...entry }: EntryRow): unknown {
  return {
    ...entry,
    interrupted: interrupted === 1,
    words: words === null ? null : (JSON.parse(words) as unknown),
    ...(original === null ? {} : { original }),
  };
}

/** The columns in their own order, so that two rows that say the same are written the same. */
export function rowFromEntry(entry: TranscriptEntry): EntryRow {
  return {
    id: entry.id,
    turn_id: entry.turn_id,
    role: entry.role,
    speaker: entry.speaker,
    text: entry.text,
    interrupted: entry.interrupted ? 1 : 0,
    occurred_at: entry.occurred_at,
    start_ms: entry.start_ms,
    end_ms: entry.end_ms,
    words: entry.words === null ? null : JSON.stringify(entry.words),
    source: entry.source,
    original: entry.original ?? null,
  };
}
