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

/** Why a recording ended, where a plain `stop` did not end it. */
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
  /** The `seq` from which a returning client goes on. */
  next_seq: z.int().min(0),
  /** Frames that wait in memory for an earlier chunk, for a moment. A kill would lose them. Absent where none wait. */
  held_frames: z.int().min(1).optional(),
  /** The next frame by the sender's own counting: unfilled gaps are included. */
  next_frame: z.int().min(0),
  /**
   * The frame from which a live client goes on that has lost its chunks, as after a reload: the present moment by the
   * clock, in the sender's counting.
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
    /** Every chunk up to this one is settled: written, answered with an error, or missing. */
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
     * Files that are not ready yet; absent where there are none. Each is announced later, by `file_completed`, or by
     * a `warning` with its `file_path` where it cannot be made.
     */
    pending: z.array(pendingFileSchema).optional(),
    report: captureReportSchema,
    reason: stopReasonSchema.optional(),
    /** True where only this part has ended and the recording goes on in the next one. */
    continues: z.boolean(),
  }),
  z.object({
    type: z.literal('file_completed'),
    session_id: sessionIdSchema,
    /** The file as in `files` of recording_stopped, which was sent before. */
    file: fileEntrySchema,
  }),
  z.object({
    type: z.literal('turn_started'),
    turn_id: z.uuid(),
    role: trackSchema,
    /** Position in the session, in milliseconds. It lies before the present: a voice is recognised only after a moment. */
    start_ms: z.number().min(0),
  }),
  z.object({
    type: z.literal('turn_ended'),
    turn_id: z.uuid(),
    role: trackSchema,
    start_ms: z.number().min(0),
    end_ms: z.number().min(0),
    /** The turn was cut short: the other side began to speak over it, or the session ended in it. */
    interrupted: z.boolean(),
    /** Echo: the microphone heard only the other side, out of a loudspeaker. */
    bleed: z.literal(true).optional(),
  }),
  z.object({
    type: z.literal('transcript_added'),
    transcript_id: z.uuid(),
    /** The turn that the text belongs to; null where no turn of its role is known. */
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
    /** The track that the warning is about, where it is only one. */
    track: trackSchema.optional(),
    /** Seconds of audio for which this has lasted, where that is known. */
    lasted_seconds: z.number().min(0).optional(),
    /** The file that could not be made, where the warning is about one; relative to the recordings folder. */
    file_path: z.string().optional(),
  }),
  wireErrorSchema.extend({ type: z.literal('error') }),
] as const;

/** Every message the engine may send, by its `type`. */
export const serverMessageSchema = z.discriminatedUnion('type', serverMessageList);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
export type ServerMessageOf<Type extends ServerMessage['type']> = Extract<ServerMessage, { type: Type }>;
