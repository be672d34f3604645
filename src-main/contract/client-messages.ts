import { z } from 'zod';
import {
  channelsSchema,
  deliveryFormatSchema,
  encodingSchema,
  gainSchema,
  MAX_TRACKS,
  recordingTypeSchema,
  sampleRateSchema,
  trackSchema,
} from './audio-format.ts';
import { MAX_START_FRAME, SEQ_COUNT } from './headed-frame.ts';
import { MAX_LABEL_CHARACTERS, MAX_SPEAKER_CHARACTERS, MAX_TITLE_CHARACTERS } from './limits.ts';
import { MAX_TRANSCRIPT_CHARACTERS } from './transcript.ts';

/**
 * How chunks are placed on their track. `append`: directly after the last one. `arrival`: the same, unless the clock,
 * pauses left out, is more than 500 ms past the track's end; then at the clock's position. `position`: at the chunk's
 * start frame; a chunk without one goes directly after the last.
 */
export const placementRuleSchema = z.enum(['append', 'arrival', 'position']);
export type PlacementRule = z.infer<typeof placementRuleSchema>;

/**
 * All keys of a `start`. An absent key takes the value of the named profile, else of DEFAULT_START. `format` has no
 * default: without a profile it is required.
 */
export const startMessageSchema = z.object({
  action: z.literal('start'),
  format: deliveryFormatSchema.optional(),
  /** The name of a profile in the settings; case does not matter. */
  profile: z.string().max(100).optional(),
  sample_rate: sampleRateSchema.optional(),
  channels: channelsSchema.optional(),
  encoding: encodingSchema.optional(),
  tracks: z
    .array(trackSchema)
    .min(1)
    .max(MAX_TRACKS)
    .refine((tracks) => new Set(tracks).size === tracks.length, 'each track once')
    .optional(),
  /**
   * Which files are kept. By default every track, and the mix where there are several. A track that is left out is
   * still recorded, for the mix and for turns, and removed once the kept files have been verified.
   */
  record: z
    .array(recordingTypeSchema)
    .min(1)
    .max(MAX_TRACKS + 1)
    .refine((types) => new Set(types).size === types.length, 'each kind of file once')
    .optional(),
  /** False makes only the raw masters: copies in `format`, or with gain, are made on export. */
  auto_save: z.boolean().optional(),
  /** False keeps the session out of the catalog, and so out of lists: only its folder describes it. */
  database_records: z.boolean().optional(),
  /** `headed`: every binary frame begins with the header of headed-frame.ts. */
  framing: z.enum(['raw', 'headed']).optional(),
  /**
   * Default: `position` for headed frames, else `arrival` for two or more tracks and `append` for one; a chunk with a
   * start frame is still placed by it. A given rule applies to every chunk.
   */
  placement: placementRuleSchema.optional(),
  title: z.string().trim().max(MAX_TITLE_CHARACTERS).optional(),
  gain: gainSchema.optional(),
  /** Minutes after which a new part begins, whatever the limits. */
  split_minutes: z.number().min(1).max(60).optional(),
  /** Size of each track's WAV, in MB of 1024 * 1024 bytes, after which a new part begins. */
  split_megabytes: z.number().min(1).max(500).optional(),
  /** What happens at a limit: the session ends, or goes on in a new part. */
  on_limit: z.enum(['stop', 'continue']).optional(),
});
export type StartMessage = z.infer<typeof startMessageSchema>;

const seqSchema = z
  .int()
  .min(0)
  .max(SEQ_COUNT - 1);

export const audioChunkMessageSchema = z.object({
  action: z.literal('audio_chunk'),
  /** Base64 of whole samples in the session's encoding. */
  data: z.string(),
  track: trackSchema.optional(),
  /** Position in the track's chunks, counted from 0; SEQ_COUNT - 1 is followed by 0. */
  seq: seqSchema.optional(),
  /** Position in the track's frames, counted from 0, pauses left out; see PlacementRule. */
  start_frame: z.int().min(0).max(MAX_START_FRAME).optional(),
});

export const markerMessageSchema = z.object({
  action: z.literal('marker'),
  label: z.string().trim().max(MAX_LABEL_CHARACTERS).optional(),
});

/** Live text from a recogniser. Without `turn_id` it belongs to the present turn of its role, or else to the last one. */
export const transcriptMessageSchema = z.object({
  action: z.literal('transcript'),
  role: trackSchema,
  text: z.string().trim().min(1).max(MAX_TRANSCRIPT_CHARACTERS),
  turn_id: z.uuid().optional(),
  /** The recogniser's own label of the speaker within the role. */
  speaker: z.string().trim().min(1).max(MAX_SPEAKER_CHARACTERS).optional(),
});

/** A client's own voice activity. From the first message on it replaces the engine's, for that track. */
const voiceActivity = <Action extends 'vad_start' | 'vad_stop'>(action: Action) =>
  z.object({ action: z.literal(action), track: trackSchema.optional() });

const bare = <Action extends string>(action: Action) => z.object({ action: z.literal(action) });

/** Every message a client may send as a text frame, by its action. */
export const clientMessageSchemas = {
  start: startMessageSchema,
  audio_chunk: audioChunkMessageSchema,
  pause: bare('pause'),
  resume: bare('resume'),
  marker: markerMessageSchema,
  status: bare('status'),
  stop: bare('stop'),
  transcript: transcriptMessageSchema,
  vad_start: voiceActivity('vad_start'),
  vad_stop: voiceActivity('vad_stop'),
} as const;

export type ClientAction = keyof typeof clientMessageSchemas;
export type ClientMessage = z.infer<(typeof clientMessageSchemas)[ClientAction]>;

export function isClientAction(action: string): action is ClientAction {
  return Object.hasOwn(clientMessageSchemas, action);
}

/** The values of a `start` that names only a format. */
export const DEFAULT_START = {
  sample_rate: 16_000,
  channels: 1,
  encoding: 'pcm_s16le',
  tracks: ['user'],
  framing: 'raw',
  gain: 1,
  on_limit: 'stop',
  auto_save: true,
  database_records: true,
} as const satisfies Omit<
  Required<StartMessage>,
  'action' | 'format' | 'profile' | 'record' | 'placement' | 'title' | 'split_minutes' | 'split_megabytes'
>;
