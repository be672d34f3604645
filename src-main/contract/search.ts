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
});
export type SearchHit = z.infer<typeof searchHitSchema>;

/** What `snippet` puts around a match. */
export const MATCH_START = '\u0002';
export const MATCH_END = '\u0003';
