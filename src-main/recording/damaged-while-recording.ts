import { type CaptureReport, type Gap, leadingTrack } from '../contract/capture-report.ts';
import type { Track } from '../contract/audio-format.ts';

/** Frames of a master that somebody else has taken out of it while it was being written. */
export interface LostStretch {
  readonly startFrame: number;
  readonly frames: number;
}

/** A part's report with what its masters have lost under their writers' hands: the file holds silence there. */
export function withLostStretches(
  report: CaptureReport,
  lostOf: (track: Track) => readonly LostStretch[],
): CaptureReport {
  const gaps = report.tracks.flatMap(({ track }) =>
    lostOf(track).map(({ startFrame, frames }): Gap => ({
      track,
      start_frame: startFrame,
      frames,
      cause: 'damaged',
    })),
  );
  if (gaps.length === 0) return report;
  const tracks = report.tracks.map((each) => {
    const lost = gaps.reduce((sum, gap) => sum + (gap.track === each.track ? gap.frames : 0), 0);
    return { ...each, captured: Math.max(0, each.captured - lost) };
  });
  const { captured, expected } = tracks.reduce(leadingTrack);
  return { ...report, captured, expected, gaps: [...report.gaps, ...gaps], tracks };
}
