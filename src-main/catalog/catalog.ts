import type Database from 'better-sqlite3';
import { sessionRecordSchema, type SessionRecord } from '../contract/session-record.ts';
import type { SearchQuery, SearchResult } from '../contract/search.ts';
import type { Transcript, TranscriptEntry } from '../contract/transcript.ts';
import { openDatabase } from './database.ts';
import { prepareDetails } from './details-rows.ts';
import { fillIndex } from './fill-index.ts';
import { type Jobs, prepareJobs } from './job-rows.ts';
import { createOwedSessions } from './owed-sessions.ts';
import { prepareSearch } from './search.ts';
import { recordFromRows, segmentParameters, sessionParameters, sessionRowSchema } from './session-rows.ts';
import { prepareTranscripts, type TranscriptExtent } from './transcript-rows.ts';
import { keepLogSynced } from './write-ahead-log.ts';

export interface SessionQuery {
  /** Words that all occur in the session: in its title, notes, markers or text. */
  readonly query?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** What is known of every session. Calls are short and synchronous; they throw only when the database itself fails. */
export interface Catalog {
  /** Writes the session and everything under it, as one transaction. */
  save(session: SessionRecord): void;
  /** The same for one that may have to wait: where the database refuses it, readers see it, and it is written later. */
  saveOrOwe(session: SessionRecord): void;
  get(id: string): SessionRecord | undefined;
  has(id: string): boolean;
  /** Newest first, without their segments. */
  list(query: SessionQuery): { readonly sessions: readonly SessionRecord[]; readonly total: number };
  /** Everything said in a session; nothing, at revision 0, where nothing is known. */
  transcript(sessionId: string): Transcript;
  transcriptRevision(sessionId: string): number;
  transcriptExtent(sessionId: string): TranscriptExtent;
  /** What was said in one turn. */
  transcriptOfTurn(sessionId: string, turnId: string): readonly TranscriptEntry[];
  /** Replaces everything said in a session, its revision included, as one transaction. Writes only what differs. */
  saveTranscript(sessionId: string, transcript: Transcript): void;
  /** The same for a change of what is there, which nobody else changes meanwhile; counts the revision on. */
  changeTranscript(sessionId: string, change: (transcript: Transcript) => Transcript): Transcript;
  /** Adds entries, or puts them in place of those with their ids; counts the revision on. */
  putTranscript(sessionId: string, entries: readonly TranscriptEntry[]): void;
  /** Finds words in titles, notes, markers and text. Takes whatever a person may type. */
  search(query: SearchQuery): SearchResult;
  readonly jobs: Jobs;
  /** Sessions that a crash left unfinished. */
  unfinished(): readonly SessionRecord[];
  /** Hides a session whose folder went to the trash, and shows it again when the folder is back. */
  setDeleted(id: string, deletedAt: string | undefined): void;
  deletedIds(): readonly string[];
  addEvent(sessionId: string, occurredAt: string, event: string, details?: unknown): void;
  close(): void;
}

export function openCatalog(path: string): Catalog {
  const database = openDatabase(path);
  const log = path === ':memory:' ? undefined : keepLogSynced(database, path);
  const statements = prepare(database);
  const transcripts = prepareTranscripts(database);
  const details = prepareDetails(database);
  const backlog = fillIndex(database);
  const words = prepareSearch(database, backlog.isLeft);

  const read = (row: unknown, { withSegments = true } = {}): SessionRecord => {
    const session = sessionRowSchema.parse(row);
    return sessionRecordSchema.parse(
      recordFromRows({
        session,
        parts: statements.parts.all(session.id),
        recordings: statements.recordings.all(session.id),
        markers: statements.markers.all(session.id),
        segments: withSegments ? statements.segments.all(session.id) : [],
      }),
    );
  };

  const save = database.transaction((session: SessionRecord) => {
    statements.saveSession.run(sessionParameters(session));
    statements.dropParts.run(session.id);
    for (const part of session.parts)
      statements.addPart.run({
        session_id: session.id,
        part: part.part,
        started_at: part.started_at,
        duration_seconds: part.duration_seconds,
        sample_rate: part.sample_rate ?? null,
        report: part.report === undefined ? null : JSON.stringify(part.report),
        reason: part.reason ?? null,
      });
    for (const file of session.files) {
      const track = session.parts
        .find(({ part }) => part === file.part)
        ?.report?.tracks.find((candidate) => candidate.track === file.type);
      const gaps = session.parts.find(({ part }) => part === file.part)?.report?.gaps ?? [];
      statements.saveRecording.run({
        session_id: session.id,
        part: file.part,
        recording_type: file.type,
        file_path: file.file_path,
        format: file.format,
        master: file.master ? 1 : 0,
        status: file.status,
        byte_size: file.byte_size,
        duration_ms: file.duration_ms,
        captured_frames: track?.captured ?? null,
        expected_frames: track?.expected ?? null,
        gaps: JSON.stringify(gaps.filter((gap) => gap.track === file.type)),
        gain: file.gain,
        sha256: file.sha256 ?? null,
      });
    }
    statements.dropRecordings.run({
      session_id: session.id,
      kept: JSON.stringify(session.files.map((file) => file.file_path)),
    });
    statements.dropMarkers.run(session.id);
    for (const marker of session.markers) statements.addMarker.run({ session_id: session.id, ...marker });
    for (const segment of session.segments) statements.saveSegment.run(segmentParameters(session, segment));
    details.save(session);
  });

  const owed = createOwedSessions();
  const saveNow = (session: SessionRecord): void => {
    save.immediate(session);
    owed.forget(session.id);
  };
  /** One refusal is enough: each costs the wait for a lock. */
  const payUp = (): void => {
    try {
      for (const session of owed.all()) saveNow(session);
    } catch {
      // Owed until the next time.
    }
  };

  return {
    save: saveNow,
    saveOrOwe(session) {
      owed.owe(session);
      saveNow(session);
    },
    get(id) {
      const row = statements.get.get(id);
      return row === undefined ? owed.get(id) : owed.latest(read(row));
    },
    has: (id) => statements.has.get(id) !== undefined || owed.get(id) !== undefined,
    list({ query, limit, offset }) {
      payUp();
      const ids = query === undefined ? null : words.sessionIds(query);
      const rows = statements.list.all({ ids, limit, offset });
      const total = Number(statements.count.pluck().get({ ids }));
      const known = rows.map((row) => owed.latest(read(row, { withSegments: false })));
      // They began while the database took nothing, so they are the newest.
      const unknown = query === undefined ? owed.all().filter(({ id }) => !statements.has.get(id)) : [];
      const sessions = offset === 0 ? [...unknown.reverse(), ...known] : known;
      return {
        sessions: sessions.map((session) => ({ ...session, segments: [] })),
        total: total + unknown.length,
      };
    },
    jobs: prepareJobs(database),
    transcript: transcripts.read,
    transcriptRevision: transcripts.revision,
    transcriptExtent: transcripts.extent,
    transcriptOfTurn: transcripts.ofTurn,
    saveTranscript: transcripts.save,
    changeTranscript: transcripts.change,
    putTranscript: transcripts.put,
    search: words.search,
    unfinished: () => statements.unfinished.all().map((row) => read(row)),
    setDeleted(id, deletedAt) {
      statements.setDeleted.run({ id, deleted_at: deletedAt ?? null });
      if (deletedAt !== undefined) owed.forget(id);
    },
    deletedIds: () => statements.deletedIds.pluck().all().map(String),
    addEvent(sessionId, occurredAt, event, details) {
      statements.addEvent.run(
        sessionId,
        occurredAt,
        event,
        details === undefined ? null : JSON.stringify(details),
      );
    },
    close() {
      backlog.stop();
      log?.stop();
      database.close();
    },
  };
}

const MATCHES = 'deleted_at IS NULL AND (@ids IS NULL OR id IN (SELECT value FROM json_each(@ids)))';

function prepare(database: Database.Database) {
  const sessionColumns = [
    'id',
    'revision',
    'title',
    'notes',
    'status',
    'started_at',
    'ended_at',
    'format',
    'sample_rate',
    'channels',
    'encoding',
    'tracks',
    'record',
    'profile',
    'gain',
    'encoder',
    'duration_seconds',
    'recordings_dir',
    'fallback_dir',
    'recovered',
    'imported',
  ];
  const recordingColumns = [
    'session_id',
    'part',
    'recording_type',
    'file_path',
    'format',
    'master',
    'status',
    'byte_size',
    'duration_ms',
    'captured_frames',
    'expected_frames',
    'gaps',
    'gain',
    'sha256',
  ];
  const segmentColumns = [
    'segment_id',
    'session_id',
    'turn_id',
    'role',
    'part',
    'start_frame',
    'frame_count',
    'start_ms',
    'end_ms',
    'sample_rate',
    'num_channels',
    'duration_ms',
    'byte_size',
    'interrupted',
    'bleed',
    'audio_url',
    'file',
    'started_at',
    'ended_at',
  ];
  const upsert = (table: string, columns: readonly string[], key: readonly string[]): string =>
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((column) => `@${column}`).join(', ')})
     ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${columns
       .filter((column) => !key.includes(column))
       .map((column) => `${column} = excluded.${column}`)
       .join(', ')}`;
  return {
    saveSession: database.prepare(upsert('sessions', sessionColumns, ['id'])),
    saveRecording: database.prepare(upsert('recordings', recordingColumns, ['session_id', 'file_path'])),
    dropParts: database.prepare('DELETE FROM session_parts WHERE session_id = ?'),
    addPart: database.prepare(
      `INSERT INTO session_parts (session_id, part, started_at, duration_seconds, sample_rate, report, reason)
       VALUES (@session_id, @part, @started_at, @duration_seconds, @sample_rate, @report, @reason)`,
    ),
    dropRecordings: database.prepare(
      `DELETE FROM recordings WHERE session_id = @session_id
         AND file_path NOT IN (SELECT value FROM json_each(@kept))`,
    ),
    dropMarkers: database.prepare('DELETE FROM markers WHERE session_id = ?'),
    addMarker: database.prepare(
      'INSERT INTO markers (session_id, part, frame, label) VALUES (@session_id, @part, @frame, @label)',
    ),
    saveSegment: database.prepare(
      upsert('session_audio_segments', segmentColumns, ['session_id', 'segment_id']),
    ),
    segments: database.prepare(
      'SELECT * FROM session_audio_segments WHERE session_id = ? ORDER BY start_ms, id',
    ),
    addEvent: database.prepare(
      'INSERT INTO session_events (session_id, occurred_at, event, details) VALUES (?, ?, ?, ?)',
    ),
    has: database.prepare('SELECT 1 FROM sessions WHERE id = ? AND deleted_at IS NULL'),
    get: database.prepare('SELECT * FROM sessions WHERE id = ? AND deleted_at IS NULL'),
    list: database.prepare(
      `SELECT * FROM sessions WHERE ${MATCHES} ORDER BY started_at DESC, id LIMIT @limit OFFSET @offset`,
    ),
    count: database.prepare(`SELECT count(*) FROM sessions WHERE ${MATCHES}`),
    unfinished: database.prepare("SELECT * FROM sessions WHERE status = 'recording' AND deleted_at IS NULL"),
    setDeleted: database.prepare('UPDATE sessions SET deleted_at = @deleted_at WHERE id = @id'),
    deletedIds: database.prepare('SELECT id FROM sessions WHERE deleted_at IS NOT NULL'),
    parts: database.prepare('SELECT * FROM session_parts WHERE session_id = ? ORDER BY part'),
    recordings: database.prepare('SELECT * FROM recordings WHERE session_id = ? ORDER BY part, master, id'),
    markers: database.prepare(
      'SELECT part, frame, label FROM markers WHERE session_id = ? ORDER BY part, frame, id',
    ),
  };
}
