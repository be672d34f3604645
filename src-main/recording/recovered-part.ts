import {
  type CaptureReport,
  type Gap,
  leadingTrack,
  type TrackReport,
  withMutedBefore,
} from '../contract/capture-report.ts';
import type { PartRecord, SessionRecord } from '../contract/session-record.ts';
import type { Track } from '../contract/audio-format.ts';
import type { ExaminedMaster } from './examined-master.ts';
import { withParts } from './record-changes.ts';

/** What is found of a track of a part, in frames of its own rate. */
export interface TrackFinding {
  readonly track: Track;
  readonly part: number;
  readonly sampleRate: number;
  readonly frames: number;
  /** Frames that its header counts and that are not there. */
  readonly missingFrames: number;
  /** Frames at the beginning that damage has turned to zeros. */
  readonly zeroedFrames: number;
  readonly lastWrittenMs: number;
}

/** What is known besides of how much there was. */
export interface Expectation {
  /** Frames that it had by what other files say; 0 where none does. */
  readonly frames: number;
  /** What a crash takes: less than that is no damage. */
  readonly crashSeconds: number;
}

/** Of a track of which no report was written down: what came of it nobody knows. */
export const NO_CHUNKS = {
  chunks_received: 0,
  chunks_rejected: 0,
  chunks_duplicated: 0,
  chunks_late: 0,
  clipped_samples: 0,
} as const;
/** A report is written down with what was being written: more than it is beyond what a crash takes. */
const REPORT_SECONDS = 2;

/**
 * The session with the account of a part as its master tells it: the gaps that were written down, what damage has taken,
 * and everything else captured. Of the same file again it says the same.
 */
export function withExaminedPart(
  session: SessionRecord,
  { holds, part, type, isMaster, isSuperseded, lastWrittenMs }: ExaminedMaster,
  expectation: Expectation,
): SessionRecord {
  const { shape, frames, missingFrames, zeroedFrames } = holds;
  if (type === 'mixed' || !isMaster || isSuperseded || shape === undefined) return session;
  const { sampleRate } = shape;
  const found = { track: type, part, sampleRate, frames, missingFrames, zeroedFrames, lastWrittenMs };
  return withTrack(session, found, expectation);
}

export function withTrack(
  session: SessionRecord,
  { track, part, sampleRate, frames, missingFrames, zeroedFrames, lastWrittenMs }: TrackFinding,
  { frames: expectedFrames, crashSeconds }: Expectation,
): SessionRecord {
  const known = session.parts.find((candidate) => candidate.part === part);
  const before = known?.report?.tracks.find((candidate) => candidate.track === track);
  const written = known?.report?.gaps ?? [];
  const filled = framesOf(written, track, false) + (before?.unlisted?.frames ?? 0);
  const told = before === undefined ? 0 : before.captured + filled - frames;
  const elsewhere = expectedFrames - frames;
  const missing = Math.max(
    missingFrames,
    told > REPORT_SECONDS * sampleRate ? told : 0,
    elsewhere > crashSeconds * sampleRate || frames === 0 ? elsewhere : 0,
  );
  const damaged = [
    ...(zeroedFrames > 0 ? [damage(track, 0, zeroedFrames)] : []),
    ...(missing > 0 ? [{ ...damage(track, frames, missing), unfilled: true } as const] : []),
  ];
  const gaps = [
    ...written.flatMap((gap) => (gap.track === track ? within(gap, frames) : [gap])).filter(isNotIn(damaged)),
    ...damaged,
  ];
  const silence = framesOf(gaps, track, false) + (before?.unlisted?.frames ?? 0);
  const trackReport = {
    ...NO_CHUNKS,
    ...(before === undefined ? {} : withMutedBefore(withoutWaiting(before), frames)),
    clock: null,
    track,
    captured: Math.max(0, frames - silence),
    expected: frames + framesOf(gaps, track, true),
  };
  const tracks = [...(known?.report?.tracks ?? []).filter((other) => other.track !== track), trackReport];
  const { captured, expected } = tracks.reduce(leadingTrack);
  const report: CaptureReport = { captured, expected, gaps, tracks };
  const startedMs = lastWrittenMs - (frames / sampleRate) * 1000;
  const lengths = tracks.map((other) => other.expected - framesOf(gaps, other.track, true));
  const recovered: PartRecord = {
    part,
    started_at: known?.started_at ?? new Date(startedMs).toISOString(),
    duration_seconds: Math.max(...lengths) / sampleRate,
    sample_rate: sampleRate,
    report,
  };
  return withParts(session, [...session.parts.filter((other) => other.part !== part), recovered]);
}

/** Of one that is over nothing waits any more. */
export function withoutWaiting({ waiting: _, ...report }: TrackReport): TrackReport {
  return report;
}

/** Frames of a track of a part that damage has taken. */
export function damagedFrames(session: SessionRecord, part: number, track: string): number {
  const gaps = session.parts.find((candidate) => candidate.part === part)?.report?.gaps ?? [];
  return gaps
    .filter((gap) => gap.track === track && gap.cause === 'damaged')
    .reduce((sum, { frames }) => sum + frames, 0);
}

function damage(track: Gap['track'], startFrame: number, frames: number): Gap {
  return { track, start_frame: startFrame, frames, cause: 'damaged' };
}

/** What of a gap lies in the frames that there are. */
function within(gap: Gap, frames: number): Gap[] {
  const left = frames - gap.start_frame;
  if (gap.unfilled === true) return left >= 0 ? [gap] : [];
  return left > 0 ? [{ ...gap, frames: Math.min(gap.frames, left) }] : [];
}

function isNotIn(others: readonly Gap[]): (gap: Gap) => boolean {
  return (gap) =>
    !others.some(
      (other) =>
        other.track === gap.track &&
        other.start_frame === gap.start_frame &&
        other.cause === gap.cause &&
        other.unfilled === gap.unfilled,
    );
}

/** Frames of a track that gaps have: of those that were filled with silence, or of the others. */
export function framesOf(gaps: readonly Gap[], track: Gap['track'], unfilled: boolean): number {
  return gaps
    .filter((gap) => gap.track === track && (gap.unfilled === true) === unfilled)
    .reduce((sum, gap) => sum + gap.frames, 0);
}
