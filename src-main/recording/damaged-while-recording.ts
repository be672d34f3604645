import { type CaptureReport, type Gap, leadingTrack } from '../contract/capture-report.ts';
import type { Track } from '../contract/audio-format.ts';
import type { SessionRecord } from '../contract/session-record.ts';

/** Frames that another program cut out of a master while it was being written. */
export interface LostStretch {
  readonly startFrame: number;
  readonly frames: number;
}

/** The whole frames of a stretch of audio bytes, cut to the range `from` to `to`. Empty where none is left. */
export function framesWithin(
  { start, end }: { readonly start: number; readonly end: number },
  bytesPerFrame: number,
  from: number,
  to = Infinity,
): LostStretch[] {
  const startFrame = Math.ceil(Math.max(start / bytesPerFrame, from));
  const frames = Math.floor(Math.min(end / bytesPerFrame, to)) - startFrame;
  return frames > 0 ? [{ startFrame, frames }] : [];
}

/**
 * The session with the masters' lost stretches added to the reports of their parts.
 * @param isTold whether a gap of the track already covers a stretch
 */
export function withLostInParts(
  session: SessionRecord,
  lostOf: (part: number, track: Track) => readonly LostStretch[],
  isTold: (gap: Gap, stretch: LostStretch) => boolean,
): SessionRecord {
  const parts = session.parts.map((part) => {
    const { report } = part;
    if (report === undefined) return part;
    const isNew = (track: Track, stretch: LostStretch): boolean =>
      !report.gaps.some((gap) => gap.track === track && gap.cause === 'damaged' && isTold(gap, stretch));
    return {
      ...part,
      report: withLostStretches(report, (track) =>
        lostOf(part.part, track).filter((stretch) => isNew(track, stretch)),
      ),
    };
  });
  return { ...session, parts };
}

/** A part's report with the stretches that its masters lost while they were written. The files hold silence there. */
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
