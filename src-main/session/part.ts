import type { Track } from '../contract/audio-format.ts';
import type { CaptureReport, Gap, GapCause, TrackReport } from '../contract/capture-report.ts';
import type { Marker } from '../contract/session-record.ts';
import { createPartBudget, type PartBudget } from './part-budget.ts';
import type { PartSink, SessionSpec } from './ports.ts';
import { frameBytes } from '../contract/audio-format.ts';
import type { Limits } from '../contract/limits.ts';

/** What one track has put into one part. */
export interface PartTrack {
  readonly track: Track;
  /** Frames placed, silence included. */
  position: number;
  captured: number;
  received: number;
  rejected: number;
  duplicated: number;
  late: number;
  clippedSamples: number;
}

/** A part that is being recorded, or that waits for its slower tracks to reach its end. */
export interface Part {
  readonly number: number;
  readonly sink: PartSink;
  readonly budget: PartBudget;
  readonly tracks: ReadonlyMap<Track, PartTrack>;
  readonly gaps: Gap[];
  readonly markers: Marker[];
  /** Set when a limit has fixed where the part ends, in frames of every track. */
  endFrame: number | undefined;
}

export function createPart(number: number, sink: PartSink, session: SessionSpec, limits: Limits): Part {
  const track = (name: Track): PartTrack => ({
    track: name,
    position: 0,
    captured: 0,
    received: 0,
    rejected: 0,
    duplicated: 0,
    late: 0,
    clippedSamples: 0,
  });
  return {
    number,
    sink,
    budget: createPartBudget(limits, session.sampleRate, frameBytes(session)),
    tracks: new Map(session.tracks.map((name) => [name, track(name)])),
    gaps: [],
    markers: [],
    endFrame: undefined,
  };
}

/** Notes a gap, joined to the one before it where they touch. */
export function addGap(part: Part, track: PartTrack, frames: number, cause: GapCause): void {
  const last = part.gaps.findLast((gap) => gap.track === track.track);
  if (last !== undefined && last.cause === cause && last.start_frame + last.frames === track.position)
    last.frames += frames;
  else part.gaps.push({ track: track.track, start_frame: track.position, frames, cause });
}

/** Frames of the part's longest track. */
export function partFrames(part: Part): number {
  return Math.max(...[...part.tracks.values()].map((track) => track.position));
}

export function reportOf(part: Part): CaptureReport {
  const tracks = [...part.tracks.values()].map((track): TrackReport => ({
    track: track.track,
    captured: track.captured,
    expected: track.position,
    chunks_received: track.received,
    chunks_rejected: track.rejected,
    chunks_duplicated: track.duplicated,
    chunks_late: track.late,
    clipped_samples: track.clippedSamples,
  }));
  const longest = tracks.reduce((best, track) => (track.expected > best.expected ? track : best));
  return { captured: longest.captured, expected: longest.expected, gaps: [...part.gaps], tracks };
}
