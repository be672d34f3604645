import { z } from 'zod';
import { audioSegmentSchema } from './audio-segment.ts';
import {
  channelsSchema,
  deliveryFormatSchema,
  encodingSchema,
  gainSchema,
  recordingTypeSchema,
  trackSchema,
} from './audio-format.ts';
import { captureReportSchema } from './capture-report.ts';
import { sessionProcessingSchema } from './processing.ts';
import { faultCodeSchema } from './repair.ts';
import { fileEntrySchema, stopReasonSchema } from './server-messages.ts';
import { sessionIdSchema } from './session-id.ts';

/** A session's state, as the catalog and the app show it. */
export const sessionStatusSchema = z.enum(['recording', 'completed', 'interrupted', 'recovered', 'failed']);
export type SessionStatus = z.infer<typeof sessionStatusSchema>;

/** A moment someone marked while recording. */
export const markerSchema = z.object({
  /** Position in the part, in frames. */
  frame: z.int().min(0),
  part: z.int().min(1),
  label: z.string(),
});
export type Marker = z.infer<typeof markerSchema>;

/** A file of a session as the library lists it. `missing` files keep their row. */
export const recordingFileSchema = fileEntrySchema.extend({
  part: z.int().min(1),
  /** The untouched capture, as against a delivered copy. */
  master: z.boolean(),
  gain: gainSchema,
  status: z.enum(['recording', 'completed', 'failed', 'missing']),
  /**
   * Milliseconds of audio that a finished master has lost, judged by its present size. Added when sessions are shown,
   * not stored. Absent where nothing is lost, and where the file itself is missing.
   */
  shorter_ms: z.number().min(0).optional(),
});
export type RecordingFile = z.infer<typeof recordingFileSchema>;

/** Seconds that these masters have lost since they were finished: for each part, the loss of the track that lost most. */
export function shorterSeconds(files: readonly Pick<RecordingFile, 'part' | 'shorter_ms'>[]): number {
  const byPart = new Map<number, number>();
  for (const { part, shorter_ms = 0 } of files)
    byPart.set(part, Math.max(byPart.get(part) ?? 0, shorter_ms / 1000));
  return [...byPart.values()].reduce((sum, seconds) => sum + seconds, 0);
}

/** A finished or running part of a session. */
export const partRecordSchema = z.object({
  part: z.int().min(1),
  started_at: z.iso.datetime(),
  duration_seconds: z.number().min(0),
  /** The part's frames a second. Absent in older records; the session's rate is then used. */
  sample_rate: z.int().min(1).optional(),
  report: captureReportSchema.optional(),
  reason: stopReasonSchema.optional(),
});
export type PartRecord = z.infer<typeof partRecordSchema>;

/** Which sound of a file became the recording, and how it was changed. */
export const soundSourceSchema = z.object({
  /** Its number among the file's audio tracks, from 1, and how many there are. */
  track: z.int().min(1),
  tracks: z.int().min(1),
  /** The tracks before it that were not used, with reasons. */
  passed_over: z.array(z.object({ track: z.int().min(1), reason: z.enum(['undecodable', 'silent']) })),
  /** How many channels were mixed; absent where none were. */
  mixed_channels: z.int().min(3).optional(),
  /** By how many decibels samples above full scale were lowered; absent where there were none. */
  scaled_db: z.number().max(0).optional(),
});
export type SoundSource = z.infer<typeof soundSourceSchema>;

/**
 * Where the date of an imported recording comes from: from the file's content, from its last change, or from the
 * import.
 */
export const datedBySchema = z.enum(['embedded', 'file', 'now']);
export type DatedBy = z.infer<typeof datedBySchema>;

/** The origin of a session that was made from a file. */
export const importedSchema = z.object({
  at: z.iso.datetime(),
  /** The file's own name, to be shown. */
  name: z.string(),
  /** The faults of the file. */
  faults: z.array(faultCodeSchema),
  /** Absent where it is from before files had dates of their own. */
  dated_by: datedBySchema.optional(),
  /** False where the file was used as it is. */
  mended: z.boolean(),
  /** Absent where the file itself is the recording, and in older records. */
  source: soundSourceSchema.optional(),
  /** The original files, kept beside the recording that was made from them. */
  kept: z.array(
    z.object({
      role: z.enum(['original', 'mended']),
      /** Relative to the recordings folder. */
      file_path: z.string(),
      byte_size: z.int().min(0),
    }),
  ),
});
export type Imported = z.infer<typeof importedSchema>;

/** Everything about one session: the catalog's rows, the body of `session.json`, what the API answers. */
export const sessionRecordSchema = z.object({
  id: sessionIdSchema,
  /** Counts the changes: the account with the higher revision is the later one. */
  revision: z.int().min(0).default(0),
  title: z.string(),
  notes: z.string(),
  status: sessionStatusSchema,
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  format: deliveryFormatSchema,
  /** Of the latest take. Earlier takes may have had other values, which their parts hold. */
  sample_rate: z.int().min(1),
  channels: channelsSchema,
  encoding: encodingSchema,
  tracks: z.array(trackSchema),
  /** Which kinds of file are kept; null in records from before this choice, which keep all tracks. */
  record: z.array(recordingTypeSchema).nullable().default(null),
  /** The profile it was recorded with. */
  profile: z.string().nullable().default(null),
  gain: gainSchema,
  /** What encoded the delivered copies: a version line of ffmpeg, or the built-in encoder. */
  encoder: z.string().nullable(),
  duration_seconds: z.number().min(0),
  /** Absolute folder that contains the session's folder; null for the recordings folder. */
  recordings_dir: z.string().nullable().default(null),
  /** Absolute fallback folder, where parts are while the recordings folder could not be written. */
  fallback_dir: z.string().nullable().default(null),
  /** False where the session must not be in the catalog. */
  database_records: z.boolean().default(true),
  /** Set where a crash cut the recording off and recovery put it in order. */
  recovered: z
    .object({ at: z.iso.datetime(), lost_seconds_at_most: z.number().min(0) })
    .nullable()
    .default(null),
  imported: importedSchema.nullable().default(null),
  parts: z.array(partRecordSchema),
  files: z.array(recordingFileSchema),
  markers: z.array(markerSchema),
  /** All segments, in the order in which their turns ended. Empty in lists of sessions. */
  segments: z.array(audioSegmentSchema).default([]),
  /** The state of its transcription. Added when sessions are shown, not stored. Absent where none was requested. */
  processing: sessionProcessingSchema.optional(),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** Frames a second of one part. Its markers, gaps and report count in these frames. */
export function sampleRateOf(
  session: {
    readonly sample_rate: number;
    readonly parts: readonly { part: number; sample_rate?: number | undefined }[];
  },
  part: number,
): number {
  return session.parts.find((candidate) => candidate.part === part)?.sample_rate ?? session.sample_rate;
}

/** `session.json`: with it, a session's folder can be read without the database. */
export const sessionFileSchema = z.object({ version: z.literal(1), session: sessionRecordSchema });
export type SessionFile = z.infer<typeof sessionFileSchema>;
