import { z } from 'zod';
import { segmentPath, type AudioSegment } from '../contract/audio-segment.ts';
import { sampleRateOf, type SessionRecord } from '../contract/session-record.ts';

/** A row of `sessions`, as SQLite gives it. */
export const sessionRowSchema = z.object({
  id: z.string(),
  revision: z.number(),
  title: z.string(),
  notes: z.string(),
  status: z.string(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  format: z.string(),
  sample_rate: z.number(),
  channels: z.number(),
  encoding: z.string(),
  tracks: z.string(),
  record: z.string().nullable(),
  profile: z.string().nullable(),
  gain: z.number(),
  encoder: z.string().nullable(),
  duration_seconds: z.number(),
  recordings_dir: z.string().nullable(),
  fallback_dir: z.string().nullable(),
  recovered: z.string().nullable(),
  imported: z.string().nullable(),
});

const partRowSchema = z.object({
  part: z.number(),
  started_at: z.string(),
  duration_seconds: z.number(),
  sample_rate: z.number().nullable(),
  report: z.string().nullable(),
  reason: z.string().nullable(),
});

const recordingRowSchema = z.object({
  part: z.number(),
  recording_type: z.string(),
  file_path: z.string(),
  format: z.string(),
  master: z.number(),
  status: z.string(),
  byte_size: z.number(),
  duration_ms: z.number(),
  gain: z.number(),
  sha256: z.string().nullable(),
});

const segmentRowSchema = z.object({
  segment_id: z.string(),
  turn_id: z.string(),
  role: z.string(),
  part: z.number(),
  start_frame: z.number(),
  frame_count: z.number(),
  start_ms: z.number(),
  end_ms: z.number(),
  started_at: z.string(),
  ended_at: z.string(),
  interrupted: z.number(),
  bleed: z.number(),
  file: z.string().nullable(),
});

const markerRowSchema = z.object({ part: z.number(), frame: z.number(), label: z.string() });

/** The rows of one session in the shape of its record; still to be parsed, as they come from a file. */
export function recordFromRows(rows: {
  session: z.infer<typeof sessionRowSchema>;
  parts: readonly unknown[];
  recordings: readonly unknown[];
  markers: readonly unknown[];
  segments: readonly unknown[];
}): unknown {
  return {
    ...rows.session,
    tracks: JSON.parse(rows.session.tracks) as unknown,
    record: rows.session.record === null ? null : (JSON.parse(rows.session.record) as unknown),
    recovered: rows.session.recovered === null ? null : (JSON.parse(rows.session.recovered) as unknown),
    imported: rows.session.imported === null ? null : (JSON.parse(rows.session.imported) as unknown),
    parts: z
      .array(partRowSchema)
      .parse(rows.parts)
      .map(({ sample_rate, report, reason, ...part }) => ({
        ...part,
        ...(sample_rate === null ? {} : { sample_rate }),
        ...(report === null ? {} : { report: JSON.parse(report) as unknown }),
        ...(reason === null ? {} : { reason }),
      })),
    files: z
      .array(recordingRowSchema)
      .parse(rows.recordings)
      .map(({ recording_type, master, sha256, ...file }) => ({
        ...file,
        type: recording_type,
        url: '',
        master: master === 1,
        ...(sha256 === null ? {} : { sha256 }),
      })),
    markers: z.array(markerRowSchema).parse(rows.markers),
    segments: z
      .array(segmentRowSchema)
      .parse(rows.segments)
      .map(({ interrupted, bleed, ...segment }) => ({
        ...segment,
        interrupted: interrupted === 1,
        bleed: bleed === 1,
      })),
  };
}

/** Named parameters for one session's row. */
export function sessionParameters(session: SessionRecord): Record<string, string | number | null> {
  return {
    id: session.id,
    revision: session.revision,
    title: session.title,
    notes: session.notes,
    status: session.status,
    started_at: session.started_at,
    ended_at: session.ended_at,
    format: session.format,
    sample_rate: session.sample_rate,
    channels: session.channels,
    encoding: session.encoding,
    tracks: JSON.stringify(session.tracks),
    record: session.record === null ? null : JSON.stringify(session.record),
    profile: session.profile,
    gain: session.gain,
    encoder: session.encoder,
    duration_seconds: session.duration_seconds,
    recordings_dir: session.recordings_dir,
    fallback_dir: session.fallback_dir,
    recovered: session.recovered === null ? null : JSON.stringify(session.recovered),
    imported: session.imported === null ? null : JSON.stringify(session.imported),
  };
}

/** Bytes of a canonical WAV header: RIFF, fmt of PCM, data. */
const WAV_HEADER_BYTES = 44;

/** Named parameters for the row of one segment. */
export function segmentParameters(
  session: Pick<SessionRecord, 'id' | 'channels' | 'sample_rate' | 'parts'>,
  segment: AudioSegment,
): Record<string, string | number | null> {
  const sampleRate = sampleRateOf(session, segment.part);
  return {
    ...segment,
    session_id: session.id,
    sample_rate: sampleRate,
    num_channels: session.channels,
    duration_ms: (segment.frame_count / sampleRate) * 1000,
    byte_size: WAV_HEADER_BYTES + segment.frame_count * session.channels * 2,
    interrupted: segment.interrupted ? 1 : 0,
    bleed: segment.bleed ? 1 : 0,
    audio_url: segmentPath(session.id, segment.segment_id),
  };
}
