import { z } from 'zod';
import { trackSchema } from './audio-format.ts';
import { sessionIdSchema } from './session-id.ts';

/** A place where the words were found. */
export const searchHitSchema = z.object({
  session_id: sessionIdSchema,
  title: z.string(),
  started_at: z.iso.datetime(),
  kind: z.enum(['title', 'notes', 'marker', 'transcript']),
  /** Text around the words; each match between U+0002 and U+0003, which occur in no text. */
  snippet: z.string(),
  /** Where to play from, in milliseconds of the session; null for titles and notes. */
  start_ms: z.number().min(0).nullable(),
  end_ms: z.number().min(0).nullable(),
  transcript_id: z.uuid().nullable(),
  role: trackSchema.nullable(),
  /** The speaker's label within the role; null where there is none. */
  speaker: z.string().nullable(),
  /** Places found in this session, of which an answer holds the best few. */
  session_hits: z.int().min(1),
});
export type SearchHit = z.infer<typeof searchHitSchema>;

/** All words must be found. Text in quotation marks is a phrase; the last word may be the beginning of a word. */
export const searchQuerySchema = z.strictObject({
  query: z.string().max(200),
  /** Searches only this session, and returns all its places in the order in which they were said. */
  session_id: sessionIdSchema.optional(),
  /** Sessions in one answer; with `session_id`, places. */
  limit: z.coerce.number().int().min(1).max(200).optional(),
  offset: z.coerce.number().int().min(0).optional(),
  /** Places of each session. */
  per_session: z.coerce.number().int().min(1).max(200).optional(),
});
export type SearchQuery = z.infer<typeof searchQuerySchema>;

/**
 * Places by session. The session with the best places comes first; of equal ones, the latest. Within a session, title
 * and notes come first, then markers and text in order of time.
 */
export const searchResultSchema = z.object({
  hits: z.array(searchHitSchema),
  /** Sessions in which something was found. */
  sessions: z.int().min(0),
  /** Places found in all of them. */
  total: z.int().min(0),
  /** False where the words are so common that only the latest places were searched. */
  complete: z.boolean(),
});
export type SearchResult = z.infer<typeof searchResultSchema>;

/** What `snippet` puts around a match. */
export const MATCH_START = '\u0002';
export const MATCH_END = '\u0003';
