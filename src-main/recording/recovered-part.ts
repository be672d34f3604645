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

/** What recovery found of one track of a part, in frames at its own rate. */
export interface TrackFinding {
  readonly track: Track;
  readonly part: number;
  readonly sampleRate: number;
  readonly frames: number;
  /** Frames that the file's header counts and the file lacks. */
  readonly missingFrames: number;
  /** Frames at the beginning that damage has set to zero. */
  readonly zeroedFrames: number;
  readonly lastWrittenMs: number;
}

/** How much audio there should be, from other sources. */
export interface Expectation {
  /** Frames that the track had according to other files; 0 where no file says. */
  readonly frames: number;
  /** The usual loss of a crash: a smaller loss is no damage. */
  readonly crashSeconds: number;
}

/** Counts for a track without a written report: nobody knows how its chunks arrived. */
export const NO_CHUNKS = {
  chunks_received: 0,
  chunks_rejected: 0,
  chunks_duplicated: 0,
  chunks_late: 0,
  clipped_samples: 0,
} as const;
/** A report is written beside the audio and may be ahead of it by this. Beyond that, more is lost than a crash takes. */
const REPORT_SECONDS = 2;

/**
 * The session with a part's report corrected by its master: the gaps that were written down, the damage, and
 * everything else as captured. The same file always gives the same report.
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

/** Removes `waiting`: in a part that is over nothing waits. */
export function withoutWaiting({ waiting: _, ...report }: TrackReport): TrackReport {
  return report;
}

/** Frames of a part's track that damage destroyed. */
export function damagedFrames(session: SessionRecord, part: number, track: string): number {
  const gaps = session.parts.find((candidate) => candidate.part === part)?.report?.gaps ?? [];
  return gaps
    .filter((gap) => gap.track === track && gap.cause === 'damaged')
    .reduce((sum, { frames }) => sum + frames, 0);
}

function damage(track: Gap['track'], startFrame: number, frames: number): Gap {
  return { track, start_frame: startFrame, frames, cause: 'damaged' };
}

/** The part of a gap that lies within the existing frames. */
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

/** Frames of a track's gaps: of the unfilled ones, or of the filled ones. */
export function framesOf(gaps: readonly Gap[], track: Gap['track'], unfilled: boolean): number {
  return gaps
    .filter((gap) => gap.track === track && (gap.unfilled === true) === unfilled)
    .reduce((sum, gap) => sum + gap.frames, 0);
}
