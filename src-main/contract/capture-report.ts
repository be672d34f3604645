import { z } from 'zod';
import { trackSchema } from './audio-format.ts';

/** Why audio is missing from a stretch of a track. Their order goes over the wire: new ones come last. */
export const gapCauseSchema = z.enum([
  'missing_chunks',
  'device_lost',
  'suspended',
  'disconnected',
  'disk',
  'crash',
  /** Its source delivered nothing, nobody knows why, while another track went on. */
  'no_data',
  /** Its sender stopped a moment before the other track's did. Not a loss. */
  'ended',
  /** Its file was damaged: after it had been finished, or before it could be. */
  'damaged',
  /** The microphone was no longer allowed. */
  'permission_lost',
  /** Another device took its place, as the system's default or as the chosen one that is back. */
  'device_switched',
]);
export type GapCause = z.infer<typeof gapCauseSchema>;

/** A stretch filled with silence because its audio never arrived. */
export const gapSchema = z.object({
  track: trackSchema,
  start_frame: z.int().min(0),
  frames: z.int().min(1),
  cause: gapCauseSchema,
  /** Set where the stretch is too long for silence: in the file, what follows it comes directly after. */
  unfilled: z.literal(true).optional(),
});
export type Gap = z.infer<typeof gapSchema>;

/** How much is missing in more places than a report lists. */
export const unlistedGapsSchema = z.object({ gaps: z.int().min(1), frames: z.int().min(1) });
export type UnlistedGaps = z.infer<typeof unlistedGapsSchema>;

/**
 * A stretch of a microphone's track that holds nothing but digital zeros, for 3 s at least: its source sent them, being
 * muted, disconnected or behind a noise gate. They count as captured. Silence in place of audio is a gap, and no part of it.
 */
export const mutedStretchSchema = z.object({ start_frame: z.int().min(0), frames: z.int().min(1) });
export type MutedStretch = z.infer<typeof mutedStretchSchema>;

/** How much of a track is digital silence in more places than a report lists. */
export const unlistedMutedSchema = z.object({ stretches: z.int().min(1), frames: z.int().min(1) });
export type UnlistedMuted = z.infer<typeof unlistedMutedSchema>;

/** What was captured of one track, in frames of the session's rate. */
export const trackReportSchema = z.object({
  track: trackSchema,
  /** Frames received and written. */
  captured: z.int().min(0),
  /** Frames that the recording's timeline holds: captured plus gaps. */
  expected: z.int().min(0),
  chunks_received: z.int().min(0),
  /** Chunks answered with an error: empty, not whole samples, too large, not base64. */
  chunks_rejected: z.int().min(0),
  /** Chunks that arrived a second time. */
  chunks_duplicated: z.int().min(0),
  /** Chunks that arrived after their place had been filled with silence. */
  chunks_late: z.int().min(0),
  /**
   * Frames that the clock says a live source should have brought, pauses left out; null where the sender sets its
   * own pace. Well above `expected`, the source stood still without saying so.
   */
  clock: z.int().min(0).nullable(),
  /** Samples at full scale. */
  clipped_samples: z.int().min(0),
  /**
   * While it is recorded only: frames, at most, that wait in memory for an earlier chunk. Absent where none do.
   */
  waiting: z.int().min(1).optional(),
  /** Stretches beyond the first thousand of a part, which `gaps` does not list; absent where it lists all. */
  unlisted: unlistedGapsSchema.optional(),
  /**
   * Where a live microphone sent digital zeros: the first thousand stretches of the part, in frames of its file. One
   * that goes on over a part's end is in both. Absent where there is none, and where it is not judged: in the other
   * side, whose pauses are zeros, and where the sender sets its own pace.
   */
  muted: z.array(mutedStretchSchema).optional(),
  /** Stretches that `muted` does not list; absent where it lists all. */
  unlisted_muted: unlistedMutedSchema.optional(),
});
export type TrackReport = z.infer<typeof trackReportSchema>;

/** What a recording holds against what it should hold. A recording with a hole never looks whole. */
export const captureReportSchema = z.object({
  /** Frames captured, of the track that has most. */
  captured: z.int().min(0),
  /** Frames expected, of the same track. */
  expected: z.int().min(0),
  /** Where something is missing: the first thousand stretches of the part, and what was never written at its end. */
  gaps: z.array(gapSchema),
  tracks: z.array(trackReportSchema),
});
export type CaptureReport = z.infer<typeof captureReportSchema>;

/** Which of two tracks speaks for a recording: the longer one, and of equally long ones the one captured better. */
export function leadingTrack(one: TrackReport, other: TrackReport): TrackReport {
  const ahead = other.expected - one.expected || other.captured - one.captured;
  return ahead > 0 ? other : one;
}

/**
 * A track's report with what of its muted stretches lies in the first `frames` of its file, which nothing waits for any
 * more.
 */
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
