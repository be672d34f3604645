import { z } from 'zod';
import { trackSchema } from './audio-format.ts';

/** Why audio is missing from a stretch of a track. The wire sends the position in this list: new causes come last. */
export const gapCauseSchema = z.enum([
  'missing_chunks',
  'device_lost',
  'suspended',
  'disconnected',
  'disk',
  'crash',
  /** Its source delivered nothing for an unknown reason, while another track went on. */
  'no_data',
  /** Its sender stopped a moment before the other track's sender. Not a loss. */
  'ended',
  /** Its file was damaged, before or after it was finished. */
  'damaged',
  /** The microphone's permission was withdrawn. */
  'permission_lost',
  /** Another device took over: the system's default changed, or the chosen device came back. */
  'device_switched',
]);
export type GapCause = z.infer<typeof gapCauseSchema>;

/** A gap: a stretch whose audio never arrived or was lost. The file holds silence for it, unless it is `unfilled`. */
export const gapSchema = z.object({
  track: trackSchema,
  start_frame: z.int().min(0),
  frames: z.int().min(1),
  cause: gapCauseSchema,
  /** Set where the gap is too long to fill: in the file, the next audio follows directly. */
  unfilled: z.literal(true).optional(),
});
export type Gap = z.infer<typeof gapSchema>;

/** Count and length of the gaps that a report does not list. */
export const unlistedGapsSchema = z.object({ gaps: z.int().min(1), frames: z.int().min(1) });
export type UnlistedGaps = z.infer<typeof unlistedGapsSchema>;

/**
 * A stretch of 3 s or more in which a live microphone sent only digital zeros: it was muted, disconnected or behind a
 * noise gate. These frames count as captured. Silence that fills a gap is not part of it.
 */
export const mutedStretchSchema = z.object({ start_frame: z.int().min(0), frames: z.int().min(1) });
export type MutedStretch = z.infer<typeof mutedStretchSchema>;

/** Count and length of the muted stretches that a report does not list. */
export const unlistedMutedSchema = z.object({ stretches: z.int().min(1), frames: z.int().min(1) });
export type UnlistedMuted = z.infer<typeof unlistedMutedSchema>;

/** What was captured of one track, in frames of the session's rate. */
export const trackReportSchema = z.object({
  track: trackSchema,
  /** Frames received and written. */
  captured: z.int().min(0),
  /** Frames on the recording's timeline: captured plus gaps. */
  expected: z.int().min(0),
  chunks_received: z.int().min(0),
  /** Chunks answered with an error: empty, not whole samples, too large, not base64. */
  chunks_rejected: z.int().min(0),
  /** Chunks that arrived a second time. */
  chunks_duplicated: z.int().min(0),
  /** Chunks that arrived after their place had been filled with silence. */
  chunks_late: z.int().min(0),
  /**
   * Frames that a live source should have sent by the clock, pauses left out; null where the sender has its own pace.
   * Well above `expected`, the source stopped without a notice.
   */
  clock: z.int().min(0).nullable(),
  /** Samples at full scale. */
  clipped_samples: z.int().min(0),
  /** Only while recording: the most frames that wait in memory for an earlier chunk. Absent where none wait. */
  waiting: z.int().min(1).optional(),
  /** Gaps beyond the first thousand of a part, which `gaps` does not list; absent where it lists all. */
  unlisted: unlistedGapsSchema.optional(),
  /**
   * Muted stretches: the first thousand of the part, in frames of its file. One that goes on past the end of a part
   * is in both parts. Absent where there is none, and where they are not judged: on the other side, whose pauses are
   * zeros, and where the sender has its own pace.
   */
  muted: z.array(mutedStretchSchema).optional(),
  /** Muted stretches that `muted` does not list; absent where it lists all. */
  unlisted_muted: unlistedMutedSchema.optional(),
});
export type TrackReport = z.infer<typeof trackReportSchema>;

/** What a recording holds, compared with what it should hold. A recording with a gap must never look whole. */
export const captureReportSchema = z.object({
  /** Frames captured, of the longest track. */
  captured: z.int().min(0),
  /** Frames expected, of the same track. */
  expected: z.int().min(0),
  /** The first thousand gaps of the part, and the audio that was never written at its end. */
  gaps: z.array(gapSchema),
  tracks: z.array(trackReportSchema),
});
export type CaptureReport = z.infer<typeof captureReportSchema>;

/** The track whose numbers stand for the recording: the longer one or, of equally long ones, the better captured. */
export function leadingTrack(one: TrackReport, other: TrackReport): TrackReport {
  const ahead = other.expected - one.expected || other.captured - one.captured;
  return ahead > 0 ? other : one;
}

/** A track's report with its muted stretches cut to the first `frames` of its file, and without `waiting`. */
export function withMutedBefore(
  { muted = [], waiting: _, ...report }: TrackReport,
  frames: number,
): TrackReport {
  const left = muted.flatMap((stretch) => {
    const within = Math.min(stretch.frames, frames - stretch.start_frame);
    return within > 0 ? [{ ...stretch, frames: within }] : [];
  });
  return left.length === 0 ? report : { ...report, muted: left };
}
