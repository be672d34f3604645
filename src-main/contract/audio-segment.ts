import { z } from 'zod';
import { trackSchema } from './audio-format.ts';

/**
 * The audio of one turn, or of that stretch of it which lies in one part: a turn that is being spoken while a part
 * ends has a segment in each, with the same `turn_id`. Bounds are frames of the part's masters, so a segment is the
 * same samples whatever is exported.
 */
export const audioSegmentSchema = z.object({
  segment_id: z.uuid(),
  /** The turn; joins `transcriptEntrySchema.turn_id`. */
  turn_id: z.uuid(),
  role: trackSchema,
  part: z.int().min(1),
  /** Position in the part, in frames. */
  start_frame: z.int().min(0),
  frame_count: z.int().min(1),
  /** Position in the session: all its parts, one after another, in milliseconds. */
  start_ms: z.number().min(0),
  end_ms: z.number().min(0),
  /** The same by the clock on the wall, pauses included. */
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime(),
  /** The other side began to speak over it, or the session ended in it. */
  interrupted: z.boolean(),
  /** What was heard is the other side, out of a loudspeaker: nobody spoke here. */
  bleed: z.boolean().default(false),
  /** Name of the WAV in the session's folder that holds this segment alone; null where none was asked for. */
  file: z.string().nullable().default(null),
});
export type AudioSegment = z.infer<typeof audioSegmentSchema>;

/** Where a segment's audio is fetched, under whatever name and port the server is reached. */
export function segmentPath(sessionId: string, segmentId: string): string {
  return `/api/sessions/${encodeURIComponent(sessionId)}/segments/${segmentId}.wav`;
}
