import type Database from 'better-sqlite3';
import { z } from 'zod';
import {
  transcriptEntrySchema,
  transcriptSchema,
  type SpeakerNames,
  type Transcript,
  type TranscriptEntry,
} from '../contract/transcript.ts';
import { columnsOf, insertInto, replaced } from './columns.ts';
import { prepareLineIndex } from './line-index.ts';
import { lineRowsOf } from './line-rows.ts';
import { preparePages } from './transcript-pages.ts';

/** A line as the catalog keeps it. */
const entryColumns = columnsOf(transcriptEntrySchema);
const ENTRIES = `SELECT ${entryColumns.names.join(', ')} FROM session_transcripts WHERE session_id = ?`;
/** In order of position. Lines without a position (yet) come last. */
const IN_ORDER = 'ORDER BY start_ms IS NULL, start_ms, occurred_at, row';

const idSchema = z.object({ id: z.string() });
const nameRowSchema = z.object({ speaker: z.string(), name: z.string() });
const extentSchema = z.object({ entries: z.number(), characters: z.number() });

/** How much text a session has. */
export type TranscriptExtent = z.infer<typeof extentSchema>;

/** Lines of a session to write, and lines to delete. */
export interface TranscriptPatch {
  /** `before` is the line that the catalog had, undefined for a new one. */
  readonly put: readonly { readonly entry: TranscriptEntry; readonly before: TranscriptEntry | undefined }[];
  readonly drop?: readonly TranscriptEntry[];
  /** The complete new list of names; undefined keeps the old one. */
  readonly speakers?: SpeakerNames | undefined;
}

/** The catalog's calls for text. Those that write do so as one transaction, and write only the differences. */
export function prepareTranscripts(database: Database.Database) {
  const revision = database.prepare('SELECT transcript_revision FROM sessions WHERE id = ?').pluck();
  const setRevision = database.prepare('UPDATE sessions SET transcript_revision = ? WHERE id = ?');
  const entries = database.prepare(`${ENTRIES} ${IN_ORDER}`);
  const ofTurn = database.prepare(`${ENTRIES} AND turn_id = ? ${IN_ORDER}`);
  const oneEntry = database.prepare(`${ENTRIES} AND id = ?`);
  /** A text has at most as many characters as bytes, and bytes can be counted without reading the text. */
  const octets = database.prepare(
    `SELECT count(*) AS entries, coalesce(sum(octet_length(text)), 0) AS characters
       FROM session_transcripts WHERE session_id = ?`,
  );
  const extent = database.prepare(
    `SELECT count(*) AS entries, coalesce(sum(length(text)), 0) AS characters
       FROM session_transcripts WHERE session_id = ?`,
  );
  const dropEntry = database.prepare('DELETE FROM session_transcripts WHERE session_id = ? AND id = ?');
  const putEntry = database
    .prepare(
      `${insertInto('session_transcripts', ['row', 'session_id', ...entryColumns.names])}
       ON CONFLICT (session_id, id) DO UPDATE SET ${replaced(entryColumns.names)} RETURNING row`,
    )
    .pluck();
  const names = database.prepare('SELECT speaker, name FROM speaker_names WHERE session_id = ?');
  const dropNames = database.prepare('DELETE FROM speaker_names WHERE session_id = ?');
  const addName = database.prepare('INSERT INTO speaker_names VALUES (?, ?, ?)');
  const lineRows = lineRowsOf(database);
  const index = prepareLineIndex(database);

  const entriesOf = (rows: readonly unknown[]): TranscriptEntry[] =>
    transcriptSchema.shape.entries.parse(rows.map(entryColumns.fromRow));
  const revisionOf = (sessionId: string): number => Number(revision.get(sessionId) ?? 0);

  const speakersOf = (sessionId: string): SpeakerNames =>
    Object.fromEntries(
      z
        .array(nameRowSchema)
        .parse(names.all(sessionId))
        .map(({ speaker, name }) => [speaker, name]),
    );

  const read = (sessionId: string): Transcript => ({
    revision: revisionOf(sessionId),
    speakers: speakersOf(sessionId),
    entries: entriesOf(entries.all(sessionId)),
  });

  const put = (sessionId: string, changed: readonly TranscriptEntry[]): void => {
    let row = changed.length === 0 ? 0 : lineRows.next(sessionId);
    for (const entry of changed) {
      // A known line keeps its key.
      const written = Number(putEntry.get({ ...entryColumns.toRow(entry), session_id: sessionId, row }));
      index.put(written, entry.text, written === row);
      row++;
    }
  };

  const nameSpeakers = (sessionId: string, speakers: SpeakerNames): void => {
    dropNames.run(sessionId);
    for (const [speaker, name] of Object.entries(speakers)) addName.run(sessionId, speaker, name);
  };

  const save = (sessionId: string, transcript: Transcript): void => {
    // The columns of a row from the database have the same order as those of a new row.
    const known = new Map(entries.all(sessionId).map((row) => [idSchema.parse(row).id, JSON.stringify(row)]));
    const kept = new Set(transcript.entries.map(({ id }) => id));
    for (const id of known.keys()) if (!kept.has(id)) dropEntry.run(sessionId, id);
    put(
      sessionId,
      transcript.entries.filter((entry) => known.get(entry.id) !== JSON.stringify(entryColumns.toRow(entry))),
    );
    nameSpeakers(sessionId, transcript.speakers);
    setRevision.run(transcript.revision, sessionId);
  };

  const saveAll = database.transaction(save);
  const putSome = database.transaction((sessionId: string, some: readonly TranscriptEntry[]) => {
    put(sessionId, some);
    setRevision.run(revisionOf(sessionId) + 1, sessionId);
  });

  const entryWithId = (sessionId: string, id: string): TranscriptEntry | undefined =>
    entriesOf(oneEntry.all(sessionId, id))[0];
  const patch = database.transaction(
    (sessionId: string, { put: some, drop = [], speakers }: TranscriptPatch) => {
      // A line that another process has changed since it was read stays as it is.
      const isCurrent = (id: string, before: TranscriptEntry | undefined): boolean => {
        if (before === undefined) return true;
        const now = entryWithId(sessionId, id);
        return now !== undefined && isSame(now, before);
      };
      const current = some.filter(({ entry, before }) => isCurrent(entry.id, before));
      put(
        sessionId,
        current.map(({ entry }) => entry),
      );
      for (const before of drop) if (isCurrent(before.id, before)) dropEntry.run(sessionId, before.id);
      if (speakers !== undefined) nameSpeakers(sessionId, speakers);
      setRevision.run(revisionOf(sessionId) + 1, sessionId);
    },
  );

  return {
    read,
    pages: preparePages(database, entryColumns),
    speakers: (sessionId: string): SpeakerNames => speakersOf(sessionId),
    entry: entryWithId,
    extentAtMost: (sessionId: string): TranscriptExtent => extentSchema.parse(octets.get(sessionId)),
    patch: (sessionId: string, changes: TranscriptPatch): void => {
      patch.immediate(sessionId, changes);
    },
    revision: revisionOf,
    ofTurn: (sessionId: string, turnId: string): TranscriptEntry[] =>
      entriesOf(ofTurn.all(sessionId, turnId)),
    extent: (sessionId: string): TranscriptExtent => extentSchema.parse(extent.get(sessionId)),
    save: (sessionId: string, transcript: Transcript): void => {
      saveAll.immediate(sessionId, transcript);
    },
    put: (sessionId: string, some: readonly TranscriptEntry[]): void => {
      putSome.immediate(sessionId, some);
    },
  };
}

function isSame(a: TranscriptEntry, b: TranscriptEntry): boolean {
  return JSON.stringify(entryColumns.toRow(a)) === JSON.stringify(entryColumns.toRow(b));
}
