import type Database from 'better-sqlite3';
import { z } from 'zod';
import { transcriptSchema, type Transcript, type TranscriptEntry } from '../contract/transcript.ts';

const entryRowSchema = z.object({
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
});

const nameRowSchema = z.object({ speaker: z.string(), name: z.string() });

/** The calls of the catalog that concern text. */
export function prepareTranscripts(database: Database.Database) {
  const revision = database.prepare('SELECT transcript_revision FROM sessions WHERE id = ?').pluck();
  const setRevision = database.prepare('UPDATE sessions SET transcript_revision = ? WHERE id = ?');
  const entries = database.prepare(
    'SELECT * FROM session_transcripts WHERE session_id = ? ORDER BY occurred_at, start_ms, rowid',
  );
  const names = database.prepare('SELECT speaker, name FROM speaker_names WHERE session_id = ?');
  const dropEntries = database.prepare('DELETE FROM session_transcripts WHERE session_id = ?');
  const dropNames = database.prepare('DELETE FROM speaker_names WHERE session_id = ?');
  const addName = database.prepare('INSERT INTO speaker_names VALUES (?, ?, ?)');
  const addEntry = database.prepare(
    `INSERT INTO session_transcripts VALUES (@id, @session_id, @turn_id, @role, @speaker, @text, @interrupted,
       @occurred_at, @start_ms, @end_ms, @words, @source)`,
  );

  const save = database.transaction((sessionId: string, transcript: Transcript) => {
    dropEntries.run(sessionId);
    for (const entry of transcript.entries) addEntry.run(entryParameters(sessionId, entry));
    dropNames.run(sessionId);
    for (const [speaker, name] of Object.entries(transcript.speakers)) addName.run(sessionId, speaker, name);
    setRevision.run(transcript.revision, sessionId);
  });

  return {
    read: (sessionId: string): Transcript =>
      transcriptSchema.parse({
        revision: revision.get(sessionId) ?? 0,
        speakers: Object.fromEntries(
          z
            .array(nameRowSchema)
            .parse(names.all(sessionId))
            .map(({ speaker, name }) => [speaker, name]),
        ),
        entries: z
          .array(entryRowSchema)
          .parse(entries.all(sessionId))
          .map(({ interrupted, words, ...entry }) => ({
            ...entry,
            interrupted: interrupted === 1,
            words: words === null ? null : (JSON.parse(words) as unknown),
          })),
      }),
    save: (sessionId: string, transcript: Transcript): void => {
      save.immediate(sessionId, transcript);
    },
  };
}

function entryParameters(sessionId: string, entry: TranscriptEntry): Record<string, string | number | null> {
  return {
    ...entry,
    session_id: sessionId,
    interrupted: entry.interrupted ? 1 : 0,
    words: entry.words === null ? null : JSON.stringify(entry.words),
  };
}
