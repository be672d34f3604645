import { join } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';

const rowSchema = z.object({
  role: z.enum(['user', 'assistant']),
  text: z.string(),
  transcript_interrupted: z.union([z.literal(0), z.literal(1)]),
  audio_url: z.string().nullable(),
  duration_ms: z.number().nullable(),
  audio_interrupted: z.union([z.literal(0), z.literal(1)]).nullable(),
  occurred_at: z.string(),
});
export type ConversationRow = z.infer<typeof rowSchema>;

/** Text joined to audio in the order in which it was said, as anybody reads it from the catalog. */
export function conversationRows(dataDir: string, sessionId: string): ConversationRow[] {
  const database = new Database(join(dataDir, 'lectern.db'), { readonly: true });
  try {
    return z.array(rowSchema).parse(
      database
        .prepare(
          `SELECT role, text, transcript_interrupted, audio_url, duration_ms, audio_interrupted, occurred_at
             FROM session_conversation WHERE session_id = ?`,
        )
        .all(sessionId),
    );
  } finally {
    database.close();
  }
}
