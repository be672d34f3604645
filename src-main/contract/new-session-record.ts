import type { SessionRecord } from './session-record.ts';

/** The facts that every session's record needs. */
type Needed = Pick<
  SessionRecord,
  'id' | 'title' | 'status' | 'started_at' | 'format' | 'sample_rate' | 'channels' | 'encoding' | 'tracks'
>;

/**
 * A session's record from the known facts; everything else gets its empty value. The keys have the order of
 * `session.json`. `processing` is left out: it is not stored with the record.
 */
export function newSessionRecord(known: Needed & Partial<SessionRecord>): SessionRecord {
  return {
    id: known.id,
    revision: known.revision ?? 0,
    title: known.title,
    notes: known.notes ?? '',
    status: known.status,
    started_at: known.started_at,
    ended_at: known.ended_at ?? null,
    format: known.format,
    sample_rate: known.sample_rate,
    channels: known.channels,
    encoding: known.encoding,
    tracks: known.tracks,
    record: known.record ?? null,
    profile: known.profile ?? null,
    gain: known.gain ?? 1,
    encoder: known.encoder ?? null,
    duration_seconds: known.duration_seconds ?? 0,
    recordings_dir: known.recordings_dir ?? null,
    fallback_dir: known.fallback_dir ?? null,
    database_records: known.database_records ?? true,
    recovered: known.recovered ?? null,
    imported: known.imported ?? null,
    parts: known.parts ?? [],
    files: known.files ?? [],
    markers: known.markers ?? [],
    segments: known.segments ?? [],
  };
}
