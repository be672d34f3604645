import { z } from 'zod';
import {
  channelsSchema,
  deliveryFormatSchema,
  encodingSchema,
  exportFormatSchema,
  recordingTypeSchema,
  sampleRateSchema,
  trackSchema,
} from './audio-format.ts';
import { captureReportSchema } from './capture-report.ts';
import { placementRuleSchema } from './client-messages.ts';
import { errorCodeSchema, wireErrorSchema } from './errors.ts';
import { sessionIdSchema } from './session-id.ts';

/** Where a session is: `idle` before start, `done` once its files are final. */
export const sessionStateSchema = z.enum(['idle', 'recording', 'paused', 'finalising', 'done']);
export type SessionState = z.infer<typeof sessionStateSchema>;

/** Why a recording ended, where it was not a plain `stop`. */
export const stopReasonSchema = z.enum([
  'total_size_limit',
  'duration_limit',
  'shutdown',
  'disconnected',
  'write_failed',
  'disk_full',
  'split',
]);
export type StopReason = z.infer<typeof stopReasonSchema>;

export const warningCodeSchema = z.enum([
  'silence',
  'zeros',
  'clipping',
  'no_data',
  'disk_low',
  'relocated',
  'limit_near',
  'device',
  'encoder',
  'partial_frame',
]);
export type WarningCode = z.infer<typeof warningCodeSchema>;

/** A finished file. `file_path` is relative to the recordings folder. */
export const fileEntrySchema = z.object({
  type: recordingTypeSchema,
  format: exportFormatSchema,
  file_path: z.string(),
  url: z.string(),
  byte_size: z.int().min(0),
  duration_ms: z.number().min(0),
  sha256: z.string().optional(),
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

/** A file that is still being made when its part has ended. */
export const pendingFileSchema = fileEntrySchema.pick({ type: true, format: true, file_path: true });
export type PendingFile = z.infer<typeof pendingFileSchema>;

const trackStatusSchema = z.object({
  track: trackSchema,
  /** Frames in the file so far. */
  frames: z.int().min(0),
  /** The `seq` with which a client that comes back goes on. */
  next_seq: z.int().min(0),
  /** Frames that wait in memory, for a moment, for an earlier chunk: a kill would take them. Absent where none do. */
  held_frames: z.int().min(1).optional(),
  /** The frame that follows those that are there, as the sender counts: holes too long to be filled included. */
  next_frame: z.int().min(0),
  /**
   * The frame at which a live client goes on that has lost what it held, as after a reload: now, by the clock, as the
   * sender counts.
   */
  resume_frame: z.int().min(0),
});
export type TrackStatus = z.infer<typeof trackStatusSchema>;

const serverMessageList = [
  z.object({
    type: z.literal('recording_started'),
    session_id: sessionIdSchema,
    format: deliveryFormatSchema,
    sample_rate: sampleRateSchema,
    channels: channelsSchema,
    encoding: encodingSchema,
    tracks: z.array(trackSchema),
    /** How chunks are placed on their tracks. */
    placement: placementRuleSchema.optional(),
    /** 1 at first; one more each time a limit closed a part and recording went on. */
    part: z.int().min(1),
  }),
  z.object({
    type: z.literal('ack'),
    track: trackSchema,
    /** Every chunk up to and including this one is written, or was answered with an error or is missing. */
    seq: z.int().min(0),
    /** Frames of the track written so far. */
    frames: z.int().min(0),
  }),
  z.object({
    type: z.literal('progress'),
    chunks_received: z.int().min(0),
    total_size_mb: z.number().min(0),
    duration_seconds: z.number().min(0),
  }),
  z.object({ type: z.literal('recording_paused'), duration_seconds: z.number().min(0) }),
  z.object({ type: z.literal('recording_resumed'), duration_seconds: z.number().min(0) }),
  z.object({
    type: z.literal('marker_added'),
    index: z.int().min(0),
    position_seconds: z.number().min(0),
    label: z.string(),
  }),
  z.object({
    type: z.literal('status'),
    session_id: sessionIdSchema,
    state: sessionStateSchema,
    part: z.int().min(0),
    chunks_received: z.int().min(0),
    total_size_mb: z.number().min(0),
    duration_seconds: z.number().min(0),
    tracks: z.array(trackStatusSchema),
    /** Minutes of this session that still fit on the disk; null where that is not known. */
    disk_minutes_left: z.number().min(0).nullable(),
  }),
  z.object({
    type: z.literal('recording_stopped'),
    session_id: sessionIdSchema,
    part: z.int().min(1),
    duration_seconds: z.number().min(0),
    files: z.array(fileEntrySchema),
    /**
     * Files that are not ready yet, absent where there are none: each is told of by `file_completed` once it is, or by
     * a `warning` with its `file_path` where it cannot be made.
     */
    pending: z.array(pendingFileSchema).optional(),
    report: captureReportSchema,
    reason: stopReasonSchema.optional(),
    /** True where only this part has ended and recording goes on in the next. */
    continues: z.boolean(),
  }),
  z.object({
    type: z.literal('file_completed'),
    session_id: sessionIdSchema,
    /** As in `files` of recording_stopped, which has been sent before. */
    file: fileEntrySchema,
  }),
  z.object({
    type: z.literal('turn_started'),
    turn_id: z.uuid(),
    role: trackSchema,
    /** Position in the session, in milliseconds; before now, since a voice is believed only after a moment. */
    start_ms: z.number().min(0),
  }),
  z.object({
    type: z.literal('turn_ended'),
    turn_id: z.uuid(),
    role: trackSchema,
    start_ms: z.number().min(0),
    end_ms: z.number().min(0),
    /** The other side began to speak over it, or the session ended in it. */
    interrupted: z.boolean(),
    /** Nobody spoke here: it was the other side, out of a loudspeaker. */
    bleed: z.literal(true).optional(),
  }),
  z.object({
    type: z.literal('transcript_added'),
    transcript_id: z.uuid(),
    /** The turn it joined; null where no turn of its role is known. */
    turn_id: z.uuid().nullable(),
  }),
  z.object({ type: z.literal('processing_started'), message: z.string() }),
  z.object({ type: z.literal('processing_completed'), message: z.string() }),
  z.object({
    type: z.literal('processing_failed'),
    message: z.string(),
    /** Absent where it was cancelled. */
    code: errorCodeSchema.optional(),
  }),
  z.object({
    type: z.literal('warning'),
    code: warningCodeSchema,
    message: z.string(),
    /** The track it is about, where it is about one alone. */
    track: trackSchema.optional(),
    /** For how many seconds of audio it has been so, where that can be told. */
    lasted_seconds: z.number().min(0).optional(),
    /** The file that could not be made, where it is about one; relative to the recordings folder. */
    file_path: z.string().optional(),
  }),
  wireErrorSchema.extend({ type: z.literal('error') }),
] as const;

/** Every message the engine may send, by its `type`. */
export const serverMessageSchema = z.discriminatedUnion('type', serverMessageList);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
export type ServerMessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;
