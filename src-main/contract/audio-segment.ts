import { z } from 'zod';
import { trackSchema } from './audio-format.ts';

/**
 * The audio of one turn within one part. A turn that goes on past the end of a part has a segment in each part, with
 * the same `turn_id`. Bounds are frames of the part's masters, so a segment has the same samples in every export.
 */
export const audioSegmentSchema = z.object({
  segment_id: z.uuid(),
  /** The turn; the same id as `transcriptEntrySchema.turn_id`. */
  turn_id: z.uuid(),
  role: trackSchema,
  part: z.int().min(1),
  /** Position in the part, in frames. */
  start_frame: z.int().min(0),
  frame_count: z.int().min(1),
  /** Position in the session: all its parts, one after another, in milliseconds. */
  start_ms: z.number().min(0),
  end_ms: z.number().min(0),
  /** The same positions on the wall clock, pauses included. */
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime(),
  /** True where the turn was cut short: the other side began to speak over it, or the session ended in it. */
  interrupted: z.boolean(),
  /** True for an echo: the microphone heard only the other side, out of a loudspeaker. */
  bleed: z.boolean().default(false),
  /** Name of the WAV in the session's folder that holds only this segment; null where turns get no files. */
  file: z.string().nullable().default(null),
});
export type AudioSegment = z.infer<typeof audioSegmentSchema>;

/** Where to fetch a segment's audio. Relative, so it works under every name and port of the server. */
export function segmentPath(sessionId: string, segmentId: string): string {
  return `/api/sessions/${encodeURIComponent(sessionId)}/segments/${segmentId}.wav`;
}
