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

/** What became of a session, as the catalog and the app tell it. */
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
   * Milliseconds of audio that a finished master had and has no more, by the size of its file now. There where sessions are
   * shown, not kept with them; absent where nothing is gone, and where the file itself is.
   */
  shorter_ms: z.number().min(0).optional(),
});
export type RecordingFile = z.infer<typeof recordingFileSchema>;

/** Seconds that the masters of these files have lost since they were finished: of each part that of the track that lost most. */
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
  /** Its frames a second; absent where it was written before parts knew, and is then the session's. */
  sample_rate: z.int().min(1).optional(),
  report: captureReportSchema.optional(),
  reason: stopReasonSchema.optional(),
});
export type PartRecord = z.infer<typeof partRecordSchema>;

/** Which sound of a file became a recording, and what had to be done to it. */
export const soundSourceSchema = z.object({
  /** Among the file's audio tracks, from 1, and how many there are. */
  track: z.int().min(1),
  tracks: z.int().min(1),
  /** Tracks before it, and why they were not taken. */
  passed_over: z.array(z.object({ track: z.int().min(1), reason: z.enum(['undecodable', 'silent']) })),
  /** So many channels were mixed; absent where they are as they were. */
  mixed_channels: z.int().min(3).optional(),
  /** Decibels by which samples above full scale were brought down; absent where there were none. */
  scaled_db: z.number().max(0).optional(),
});
export type SoundSource = z.infer<typeof soundSourceSchema>;

/** What dates a recording that came as a file: what is in it, when it was last changed, or only that it came now. */
export const datedBySchema = z.enum(['embedded', 'file', 'now']);
export type DatedBy = z.infer<typeof datedBySchema>;

/** Where a session came from that was not recorded here, but made of a file. */
export const importedSchema = z.object({
  at: z.iso.datetime(),
  /** The file's own name, to be shown. */
  name: z.string(),
  /** What was wrong with it. */
  faults: z.array(faultCodeSchema),
  /** Absent where it is from before files had dates of their own. */
  dated_by: datedBySchema.optional(),
  /** False where it was taken as it is. */
  mended: z.boolean(),
  /** Absent where the file itself is the recording, and where it was imported before this was kept. */
  source: soundSourceSchema.optional(),
  /** Files kept beside the recording that was made of them. */
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
  /** Counts the changes: of two accounts of a session the one with more is the later. */
  revision: z.int().min(0).default(0),
  title: z.string(),
  notes: z.string(),
  status: sessionStatusSchema,
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().nullable(),
  format: deliveryFormatSchema,
  /** Of the latest take; earlier ones may have had another, which their parts tell. */
  sample_rate: z.int().min(1),
  channels: channelsSchema,
  encoding: encodingSchema,
  tracks: z.array(trackSchema),
  /** Which kinds of file are kept; null where the session is from before there was a choice, and keeps its tracks. */
  record: z.array(recordingTypeSchema).nullable().default(null),
  /** The profile it was recorded with. */
  profile: z.string().nullable().default(null),
  gain: gainSchema,
  /** What encoded the delivered copies: a version line of ffmpeg, or the built-in encoder. */
  encoder: z.string().nullable(),
  duration_seconds: z.number().min(0),
  /** Absolute folder that its own folder is in; null for the recordings folder. */
  recordings_dir: z.string().nullable().default(null),
  /** Absolute folder of parts that were recorded elsewhere, because the recordings folder could not be written. */
  fallback_dir: z.string().nullable().default(null),
  /** False where the catalog must not know of it. */
  database_records: z.boolean().default(true),
  /** Set where the recording was cut off by a crash and put in order later. */
  recovered: z
    .object({ at: z.iso.datetime(), lost_seconds_at_most: z.number().min(0) })
    .nullable()
    .default(null),
  imported: importedSchema.nullable().default(null),
  parts: z.array(partRecordSchema),
  files: z.array(recordingFileSchema),
  markers: z.array(markerSchema),
  /** The audio of every turn, in the order in which they ended. Lists of sessions leave it empty. */
  segments: z.array(audioSegmentSchema).default([]),
  /** Its way to text; there where sessions are shown, not kept with them. Absent where none was asked for. */
  processing: sessionProcessingSchema.optional(),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** Frames a second of one part: what its markers, its gaps and its report count in. */
export function sampleRateOf(
  session: {
    readonly sample_rate: number;
    readonly parts: readonly { part: number; sample_rate?: number | undefined }[];
  },
  part: number,
): number {
  return session.parts.find((candidate) => candidate.part === part)?.sample_rate ?? session.sample_rate;
}

/** `session.json`: a session's folder is readable without the database. */
export const sessionFileSchema = z.object({ version: z.literal(1), session: sessionRecordSchema });
export type SessionFile = z.infer<typeof sessionFileSchema>;
