import type Database from 'better-sqlite3';
import type { AudioSegment } from '../contract/audio-segment.ts';
import type { Marker, PartRecord, RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { prepareDetails } from './details-rows.ts';
import { segmentParameters, sessionParameters } from './session-rows.ts';

/** What comes to a running session one at a time. */
export interface AddedToSession {
  readonly markers?: readonly Marker[];
  readonly segments?: readonly AudioSegment[];
}

/** The calls of the catalog that write a session and what is under it, each as one transaction. */
export function prepareRecords(database: Database.Database) {
  const statements = prepare(database);
  const details = prepareDetails(database);

  /** Writes what differs from `known`: records are replaced, never changed, so the same object says the same. */
  const write = (session: SessionRecord, before: SessionRecord | undefined): void => {
    const session_id = session.id;
    // Others may have written since it was read.
    const known = statements.revision.get(session_id) === before?.revision ? before : undefined;
    const isKnownPart = same(known?.parts, session.parts, ({ part }) => part);
    const isKnownFile = same(known?.files, session.files, ({ file_path }) => file_path);
    const isKnownSegment = same(known?.segments, session.segments, ({ segment_id }) => segment_id);
    const partOf = new Map(session.parts.map((part) => [part.part, part]));

    statements.saveSession.run(sessionParameters(session));
    for (const part of session.parts)
      if (!isKnownPart(part)) statements.savePart.run(partParameters(session_id, part));
    if (session.parts !== known?.parts)
      statements.dropParts.run({ session_id, kept: JSON.stringify([...partOf.keys()]) });
    for (const file of session.files) {
      const part = partOf.get(file.part);
      // Its row tells of the part's report as well.
      if (isKnownFile(file) && (part === undefined || isKnownPart(part))) continue;
      statements.saveRecording.run(fileParameters(session_id, file, part));
    }
    if (session.files !== known?.files)
      statements.dropRecordings.run({
        session_id,
        kept: JSON.stringify(session.files.map((file) => file.file_path)),
      });
    if (session.markers !== known?.markers) {
      statements.dropMarkers.run(session_id);
      for (const marker of session.markers) statements.addMarker.run({ session_id, ...marker });
    }
    for (const segment of session.segments === known?.segments ? [] : session.segments)
      if (!isKnownSegment(segment)) statements.saveSegment.run(segmentParameters(session, segment));
    details.save(session, known);
  };

  const append = (
    session: Pick<SessionRecord, 'id' | 'revision' | 'sample_rate' | 'channels' | 'parts'>,
    { markers = [], segments = [] }: AddedToSession,
  ): void => {
    for (const marker of markers) {
      statements.addMarker.run({ session_id: session.id, ...marker });
      details.addMarker(session.id, marker);
    }
    for (const segment of segments) statements.saveSegment.run(segmentParameters(session, segment));
    statements.setRevision.run(session.revision, session.id);
  };

  const writing = database.transaction(write);
  const appending = database.transaction(append);
  return {
    save: (session: SessionRecord, known?: SessionRecord): void => {
      writing.immediate(session, known);
    },
    append: (...args: Parameters<typeof append>): void => {
      appending.immediate(...args);
    },
  };
}

/** Whether an item of `items` is among those that are known, as the same object. */
function same<Item extends object>(
  known: readonly Item[] | undefined,
  items: readonly Item[],
  keyOf: (item: Item) => unknown,
): (item: Item) => boolean {
  if (known === items) return () => true;
  const byKey = new Map((known ?? []).map((item) => [keyOf(item), item]));
  return (item) => byKey.get(keyOf(item)) === item;
}

function partParameters(session_id: string, part: PartRecord): Record<string, string | number | null> {
  return {
    session_id,
    part: part.part,
    started_at: part.started_at,
    duration_seconds: part.duration_seconds,
    sample_rate: part.sample_rate ?? null,
    report: part.report === undefined ? null : JSON.stringify(part.report),
    reason: part.reason ?? null,
  };
}

function fileParameters(
  session_id: string,
  file: RecordingFile,
  part: PartRecord | undefined,
): Record<string, string | number | null> {
  const track = part?.report?.tracks.find((candidate) => candidate.track === file.type);
  const gaps = part?.report?.gaps ?? [];
  return {
    session_id,
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
  };
}

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
  const partColumns = [
    'session_id',
    'part',
    'started_at',
    'duration_seconds',
    'sample_rate',
    'report',
    'reason',
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
    savePart: database.prepare(upsert('session_parts', partColumns, ['session_id', 'part'])),
    dropParts: database.prepare(
      `DELETE FROM session_parts WHERE session_id = @session_id
         AND part NOT IN (SELECT value FROM json_each(@kept))`,
    ),
    revision: database.prepare('SELECT revision FROM sessions WHERE id = ?').pluck(),
    setRevision: database.prepare('UPDATE sessions SET revision = ? WHERE id = ?'),
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
  };
}
