import { type CaptureReport, type Gap, leadingTrack } from '../contract/capture-report.ts';
import type { Track } from '../contract/audio-format.ts';
import type { SessionRecord } from '../contract/session-record.ts';

/** Frames of a master that somebody else has taken out of it while it was being written. */
export interface LostStretch {
  readonly startFrame: number;
  readonly frames: number;
}

/** The whole frames of a stretch of bytes of audio that lie between two frames; none where there is not one. */
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
 * A session with what masters of its parts have lost told in their reports.
 * @param isTold whether a gap of the track tells of a stretch already.
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
