import type Database from 'better-sqlite3';
import { audioSegmentSchema } from '../contract/audio-segment.ts';
import {
  markerSchema,
  partRecordSchema,
  recordingFileSchema,
  sessionRecordSchema,
  type SessionRecord,
} from '../contract/session-record.ts';
import { columnsOf } from './columns.ts';

/** The fields of a session that have their own tables, or that the catalog does not keep. */
const ELSEWHERE = {
  database_records: true,
  parts: true,
  files: true,
  markers: true,
  segments: true,
  processing: true,
} as const;

export const sessionColumns = columnsOf(sessionRecordSchema.omit(ELSEWHERE));
export const partColumns = columnsOf(partRecordSchema);
/** The URL of a file depends on the client, and a loss of audio is found when a client asks: neither is stored. */
export const fileColumns = columnsOf(recordingFileSchema.omit({ url: true, shorter_ms: true }), {
  type: 'recording_type',
});
export const markerColumns = columnsOf(markerSchema);
export const segmentColumns = columnsOf(audioSegmentSchema);

/** Sessions that were not deleted. @param ids JSON list of those that are wanted; null for all. */
const MATCHES = 'deleted_at IS NULL AND (@ids IS NULL OR id IN (SELECT value FROM json_each(@ids)))';

/** The catalog's calls that read sessions. They parse what the database holds, and throw where it is not a session. */
export function prepareSessions(database: Database.Database) {
  const select = `SELECT ${sessionColumns.names.join(', ')} FROM sessions`;
  const has = database.prepare('SELECT 1 FROM sessions WHERE id = ? AND deleted_at IS NULL');
  const one = database.prepare(`${select} WHERE id = ? AND deleted_at IS NULL`);
  const page = database.prepare(
    `${select} WHERE ${MATCHES} ORDER BY started_at DESC, id LIMIT @limit OFFSET @offset`,
  );
  const count = database.prepare(`SELECT count(*) FROM sessions WHERE ${MATCHES}`).pluck();
  const unfinished = database.prepare(`${select} WHERE status = 'recording' AND deleted_at IS NULL`);
  const setDeleted = database.prepare('UPDATE sessions SET deleted_at = ? WHERE id = ?');
  const deletedIds = database.prepare('SELECT id FROM sessions WHERE deleted_at IS NOT NULL').pluck();

  const under = (table: string, columns: { readonly names: readonly string[] }, order: string) =>
    database.prepare(
      `SELECT ${columns.names.join(', ')} FROM ${table} WHERE session_id = ? ORDER BY ${order}`,
    );
  const parts = under('session_parts', partColumns, 'part');
  const files = under('recordings', fileColumns, 'part, master, id');
  const markers = under('markers', markerColumns, 'part, frame, id');
  const segments = under('session_audio_segments', segmentColumns, 'start_ms, id');

  const read = (row: unknown, { withSegments = true } = {}): SessionRecord => {
    const session = sessionColumns.fromRow(row);
    const { id } = session;
    return sessionRecordSchema.parse({
      ...session,
      parts: parts.all(id).map(partColumns.fromRow),
      files: files.all(id).map((file) => ({ ...fileColumns.fromRow(file), url: '' })),
      markers: markers.all(id).map(markerColumns.fromRow),
      segments: withSegments ? segments.all(id).map(segmentColumns.fromRow) : [],
    });
  };

  return {
    has: (id: string): boolean => has.get(id) !== undefined,
    get(id: string): SessionRecord | undefined {
      const row = one.get(id);
      return row === undefined ? undefined : read(row);
    },
    /** Newest first, without their segments. */
    page: (query: {
      readonly ids: string | null;
      readonly limit: number;
      readonly offset: number;
    }): SessionRecord[] => page.all(query).map((row) => read(row, { withSegments: false })),
    count: (ids: string | null): number => Number(count.get({ ids })),
    unfinished: (): SessionRecord[] => unfinished.all().map((row) => read(row)),
    setDeleted: (id: string, deletedAt: string | null): void => void setDeleted.run(deletedAt, id),
    deletedIds: (): string[] => deletedIds.all().map(String),
  };
}
