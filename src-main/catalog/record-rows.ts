import { PLAIN_HEADER_BYTES } from '../audio/wav-header.ts';
import type Database from 'better-sqlite3';
import { segmentPath, type AudioSegment } from '../contract/audio-segment.ts';
import {
  sampleRateOf,
  type Marker,
  type PartRecord,
  type RecordingFile,
  type SessionRecord,
} from '../contract/session-record.ts';
import { prepareDetails } from './details-rows.ts';
import { insertInto, prepareUpsert, type Row } from './columns.ts';
import { fileColumns, markerColumns, partColumns, segmentColumns, sessionColumns } from './session-rows.ts';

/** Items that a running session gets one at a time. */
export interface AddedToSession {
  readonly markers?: readonly Marker[];
  readonly segments?: readonly AudioSegment[];
}

/** The catalog's calls that write a session and everything under it, each as one transaction. */
export function prepareRecords(database: Database.Database) {
  const statements = prepare(database);
  const details = prepareDetails(database);

  /**
   * Writes the differences from `known`. Records are replaced, never changed, so the same object has the same content.
   */
  const write = (session: SessionRecord, before: SessionRecord | undefined): void => {
    const session_id = session.id;
    // Others may have written since it was read.
    const known = statements.revision.get(session_id) === before?.revision ? before : undefined;
    const isKnownPart = same(known?.parts, session.parts, ({ part }) => part);
    const isKnownFile = same(known?.files, session.files, ({ file_path }) => file_path);
    const isKnownSegment = same(known?.segments, session.segments, ({ segment_id }) => segment_id);
    const partOf = new Map(session.parts.map((part) => [part.part, part]));

    statements.saveSession(sessionColumns.toRow(session));
    for (const part of session.parts)
      if (!isKnownPart(part)) statements.savePart({ session_id, ...partColumns.toRow(part) });
    if (session.parts !== known?.parts)
      statements.dropParts.run({ session_id, kept: JSON.stringify([...partOf.keys()]) });
    for (const file of session.files) {
      const part = partOf.get(file.part);
      // A file's row also contains its part's report.
      if (isKnownFile(file) && (part === undefined || isKnownPart(part))) continue;
      statements.saveRecording(fileRow(session_id, file, part));
    }
    if (session.files !== known?.files)
      statements.dropRecordings.run({
        session_id,
        kept: JSON.stringify(session.files.map((file) => file.file_path)),
      });
    if (session.markers !== known?.markers) {
      statements.dropMarkers.run(session_id);
      for (const marker of session.markers)
        statements.addMarker.run({ session_id, ...markerColumns.toRow(marker) });
    }
    for (const segment of session.segments === known?.segments ? [] : session.segments)
      if (!isKnownSegment(segment)) statements.saveSegment(segmentRow(session, segment));
    details.save(session, known);
  };

  const append = (
    session: Pick<SessionRecord, 'id' | 'revision' | 'sample_rate' | 'channels' | 'parts'>,
    { markers = [], segments = [] }: AddedToSession,
  ): void => {
    for (const marker of markers) {
      statements.addMarker.run({ session_id: session.id, ...markerColumns.toRow(marker) });
      details.addMarker(session.id, marker);
    }
    for (const segment of segments) statements.saveSegment(segmentRow(session, segment));
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

/** Whether an item of `items` is, as the same object, among the known ones. */
function same<Item extends object>(
  known: readonly Item[] | undefined,
  items: readonly Item[],
  keyOf: (item: Item) => unknown,
): (item: Item) => boolean {
  if (known === items) return () => true;
  const byKey = new Map((known ?? []).map((item) => [keyOf(item), item]));
  return (item) => byKey.get(keyOf(item)) === item;
}

/** A file's row also contains the report of its part. */
function fileRow(session_id: string, file: RecordingFile, part: PartRecord | undefined): Row {
  const track = part?.report?.tracks.find((candidate) => candidate.track === file.type);
  const gaps = part?.report?.gaps ?? [];
  return {
    session_id,
    ...fileColumns.toRow(file),
    captured_frames: track?.captured ?? null,
    expected_frames: track?.expected ?? null,
    gaps: JSON.stringify(gaps.filter((gap) => gap.track === file.type)),
  };
}

/** A segment's row also contains values derived from its session, for other programs. */
function segmentRow(
  session: Pick<SessionRecord, 'id' | 'channels' | 'sample_rate' | 'parts'>,
  segment: AudioSegment,
): Row {
  const sampleRate = sampleRateOf(session, segment.part);
  return {
    ...segmentColumns.toRow(segment),
    session_id: session.id,
    sample_rate: sampleRate,
    num_channels: session.channels,
    duration_ms: (segment.frame_count / sampleRate) * 1000,
    byte_size: PLAIN_HEADER_BYTES + segment.frame_count * session.channels * 2,
    audio_url: segmentPath(session.id, segment.segment_id),
  };
}

function prepare(database: Database.Database) {
  return {
    saveSession: prepareUpsert(database, 'sessions', ['id']),
    saveRecording: prepareUpsert(database, 'recordings', ['session_id', 'file_path']),
    savePart: prepareUpsert(database, 'session_parts', ['session_id', 'part']),
    saveSegment: prepareUpsert(database, 'session_audio_segments', ['session_id', 'segment_id']),
    revision: database.prepare('SELECT revision FROM sessions WHERE id = ?').pluck(),
    setRevision: database.prepare('UPDATE sessions SET revision = ? WHERE id = ?'),
    dropParts: database.prepare(
      `DELETE FROM session_parts WHERE session_id = @session_id
         AND part NOT IN (SELECT value FROM json_each(@kept))`,
    ),
    dropRecordings: database.prepare(
      `DELETE FROM recordings WHERE session_id = @session_id
         AND file_path NOT IN (SELECT value FROM json_each(@kept))`,
    ),
    dropMarkers: database.prepare('DELETE FROM markers WHERE session_id = ?'),
    addMarker: database.prepare(insertInto('markers', ['session_id', ...markerColumns.names])),
  };
}
