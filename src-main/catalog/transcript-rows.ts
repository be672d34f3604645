import type Database from 'better-sqlite3';
import { z } from 'zod';
import { transcriptSchema, type Transcript, type TranscriptEntry } from '../contract/transcript.ts';
import { prepareLineIndex } from './line-index.ts';
import { lineRowsOf } from './line-rows.ts';

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
  original: z.string().nullable(),
});
type EntryRow = z.infer<typeof entryRowSchema>;

const COLUMNS = Object.keys(entryRowSchema.shape);
const ENTRIES = `SELECT ${COLUMNS.join(', ')} FROM session_transcripts WHERE session_id = ?`;
/** By position; what has none yet, or will have none, was said last. */
const IN_ORDER = 'ORDER BY start_ms IS NULL, start_ms, occurred_at, row';

const nameRowSchema = z.object({ speaker: z.string(), name: z.string() });
const extentSchema = z.object({ entries: z.number(), characters: z.number() });

/** How much text a session has. */
export type TranscriptExtent = z.infer<typeof extentSchema>;

/** The calls of the catalog that concern text. Those that write do so as one transaction, and only what differs. */
export function prepareTranscripts(database: Database.Database) {
  const revision = database.prepare('SELECT transcript_revision FROM sessions WHERE id = ?').pluck();
  const setRevision = database.prepare('UPDATE sessions SET transcript_revision = ? WHERE id = ?');
  const entries = database.prepare(`${ENTRIES} ${IN_ORDER}`);
  const ofTurn = database.prepare(`${ENTRIES} AND turn_id = ? ${IN_ORDER}`);
  const extent = database.prepare(
    `SELECT count(*) AS entries, coalesce(sum(length(text)), 0) AS characters
       FROM session_transcripts WHERE session_id = ?`,
  );
  const dropEntry = database.prepare('DELETE FROM session_transcripts WHERE session_id = ? AND id = ?');
  const putEntry = database.prepare(
    `INSERT INTO session_transcripts (row, session_id, ${COLUMNS.join(', ')})
       VALUES (@row, @session_id, ${COLUMNS.map((column) => `@${column}`).join(', ')})
     ON CONFLICT (session_id, id) DO UPDATE SET
       ${COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ')}
     RETURNING row`,
  );
  const names = database.prepare('SELECT speaker, name FROM speaker_names WHERE session_id = ?');
  const dropNames = database.prepare('DELETE FROM speaker_names WHERE session_id = ?');
  const addName = database.prepare('INSERT INTO speaker_names VALUES (?, ?, ?)');
  const lineRows = lineRowsOf(database);
  const index = prepareLineIndex(database);

  const rowsOf = (sessionId: string): EntryRow[] => z.array(entryRowSchema).parse(entries.all(sessionId));
  const revisionOf = (sessionId: string): number => Number(revision.get(sessionId) ?? 0);

  const read = (sessionId: string): Transcript =>
    transcriptSchema.parse({
      revision: revisionOf(sessionId),
      speakers: Object.fromEntries(
        z
          .array(nameRowSchema)
          .parse(names.all(sessionId))
          .map(({ speaker, name }) => [speaker, name]),
      ),
      entries: rowsOf(sessionId).map(entryOf),
    });

  const put = (sessionId: string, changed: readonly EntryRow[]): void => {
    let row = changed.length === 0 ? 0 : lineRows.next(sessionId);
    for (const entry of changed) {
      // A line that is known keeps its key.
      const written = Number(putEntry.pluck().get({ ...entry, session_id: sessionId, row }));
      index.put(written, entry.text, written === row);
      row++;
    }
  };

  const save = (sessionId: string, transcript: Transcript): void => {
    const known = new Map(rowsOf(sessionId).map((row) => [row.id, JSON.stringify(row)]));
    const wanted = transcript.entries.map(rowOf);
    const kept = new Set(wanted.map(({ id }) => id));
    for (const id of known.keys()) if (!kept.has(id)) dropEntry.run(sessionId, id);
    put(
      sessionId,
      wanted.filter((row) => known.get(row.id) !== JSON.stringify(row)),
    );
    dropNames.run(sessionId);
    for (const [speaker, name] of Object.entries(transcript.speakers)) addName.run(sessionId, speaker, name);
    setRevision.run(transcript.revision, sessionId);
  };

  const saveAll = database.transaction(save);
  const change = database.transaction(
    (sessionId: string, makeChange: (transcript: Transcript) => Transcript): Transcript => {
      const before = read(sessionId);
      const changed = makeChange(before);
      const after = { ...changed, revision: Math.max(changed.revision, before.revision) + 1 };
      save(sessionId, after);
      return after;
    },
  );
  const putSome = database.transaction((sessionId: string, some: readonly TranscriptEntry[]) => {
    put(sessionId, some.map(rowOf));
    setRevision.run(revisionOf(sessionId) + 1, sessionId);
  });

  return {
    read,
    revision: revisionOf,
    ofTurn: (sessionId: string, turnId: string): TranscriptEntry[] =>
      transcriptSchema.shape.entries.parse(
        z.array(entryRowSchema).parse(ofTurn.all(sessionId, turnId)).map(entryOf),
      ),
    extent: (sessionId: string): TranscriptExtent => extentSchema.parse(extent.get(sessionId)),
    save: (sessionId: string, transcript: Transcript): void => {
      saveAll.immediate(sessionId, transcript);
    },
    change: (sessionId: string, makeChange: (transcript: Transcript) => Transcript): Transcript =>
      change.immediate(sessionId, makeChange),
    put: (sessionId: string, some: readonly TranscriptEntry[]): void => {
      putSome.immediate(sessionId, some);
    },
  };
}

function entryOf({ interrupted, words, original, ...entry }: EntryRow): unknown {
  return {
    ...entry,
    interrupted: interrupted === 1,
    words: words === null ? null : (JSON.parse(words) as unknown),
    ...(original === null ? {} : { original }),
  };
}

/** The columns in their own order, so that two rows that say the same are written the same. */
function rowOf(entry: TranscriptEntry): EntryRow {
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
