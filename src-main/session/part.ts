import { MUTED_AFTER_SECONDS } from '../audio/signal-monitor.ts';
import { frameBytes, type Track } from '../contract/audio-format.ts';
import {
  type CaptureReport,
  type Gap,
  type GapCause,
  leadingTrack,
  type TrackReport,
} from '../contract/capture-report.ts';
import { type Limits, MEBIBYTE } from '../contract/limits.ts';
import type { Marker } from '../contract/session-record.ts';
import { createGapMap, type GapMap } from './gap-map.ts';
import { createMutedStretches, type MutedStretches } from './muted-stretches.ts';
import { createPartBudget, type PartBudget } from './part-budget.ts';
import type { PartSink, SessionSpec } from './ports.ts';

/** How often the length of a muted stretch is stored: a crash loses no more than this. */
const NOTE_MUTED_SECONDS = 10;

/** The audio of one track in one part. */
export interface PartTrack {
  readonly track: Track;
  /** Frames placed, silence included. */
  position: number;
  captured: number;
  /** Frames that were placed and could not be written; they come after the end of the file. */
  unwritten: number;
  /** Frames of holes that were too long to be filled. */
  jumped: number;
  received: number;
  rejected: number;
  duplicated: number;
  late: number;
  clippedSamples: number;
  /** The last reported number of frames that wait for an earlier chunk, at most. */
  waiting: number;
  /** Undefined where digital zeros mean nothing. */
  readonly muted: MutedStretches | undefined;
}

/** A part that is recording, or whose slower tracks have not reached its end. */
export interface Part {
  readonly number: number;
  readonly sink: PartSink;
  readonly budget: PartBudget;
  /** Bytes of a frame in the part's files. */
  readonly masterFrameBytes: number;
  readonly tracks: ReadonlyMap<Track, PartTrack>;
  readonly gaps: GapMap;
  readonly markers: Marker[];
  /** Where it begins, in frames since the take's start. */
  readonly originFrame: number;
  /** Live milliseconds (pauses left out) when the part began. */
  readonly beganAtMs: number;
  /** Set when a limit has fixed the end of the part, in frames of every track. */
  endFrame: number | undefined;
}

export interface PartOptions {
  readonly number: number;
  readonly sink: PartSink;
  readonly spec: SessionSpec;
  readonly limits: Limits;
  /** True for a source that keeps real time. */
  readonly live: boolean;
  readonly originFrame: number;
  readonly beganAtMs: number;
}

export function createPart(options: PartOptions): Part {
  const { number, sink, spec, limits, live, originFrame, beganAtMs } = options;
  const masterFrameBytes = 2 * spec.channels;
  const track = (name: Track): PartTrack => ({
    track: name,
    position: 0,
    captured: 0,
    unwritten: 0,
    jumped: 0,
    received: 0,
    rejected: 0,
    duplicated: 0,
    late: 0,
    clippedSamples: 0,
    waiting: 0,
    muted: live && name === 'user' ? mutedStretchesOf(spec, masterFrameBytes) : undefined,
  });
  return {
    number,
    sink,
    budget: createPartBudget({
      limits,
      sampleRate: spec.sampleRate,
      wireFrameBytes: frameBytes(spec),
      splitFrames: splitFrames(spec, masterFrameBytes),
    }),
    tracks: new Map(spec.tracks.map((name) => [name, track(name)])),
    masterFrameBytes,
    gaps: createGapMap(),
    markers: [],
    originFrame,
    beganAtMs,
    endFrame: undefined,
  };
}

/** Only a microphone is judged: playback, and also a file, may be all zeros where nobody speaks. */
function mutedStretchesOf({ sampleRate }: SessionSpec, frameBytes: number): MutedStretches {
  return createMutedStretches({
    frameBytes,
    leastFrames: MUTED_AFTER_SECONDS * sampleRate,
    noteFrames: NOTE_MUTED_SECONDS * sampleRate,
  });
}

/** The length of a part that the user asked for, in frames. */
function splitFrames(
  { sampleRate, splitMinutes = Infinity, splitMegabytes = Infinity }: SessionSpec,
  masterFrameBytes: number,
): number {
  return Math.floor(Math.min(splitMinutes * 60 * sampleRate, (splitMegabytes * MEBIBYTE) / masterFrameBytes));
}

/** Whole frames of a track in the file of a part. */
export function framesInFile(part: Part, track: Track): number {
  return Math.floor(part.sink.writtenBytes(track) / part.masterFrameBytes);
}

/** Adds silence in place of audio. */
export function addGap(part: Part, track: PartTrack, frames: number, cause: GapCause): void {
  track.muted?.interrupt();
  part.gaps.settle(track.track, framesInFile(part, track.track));
  part.gaps.addSilence(track.track, track.position, frames, cause);
}

/** Adds a hole that is not filled. */
export function addJump(part: Part, track: PartTrack, frames: number, cause: GapCause): void {
  track.muted?.interrupt();
  part.gaps.addJump(track.track, track.position, frames, cause);
  track.jumped += frames;
}

/** Removes what was placed from `position` on: it never reached the file. */
export function cutBack(part: Part, track: PartTrack, position: number): void {
  const lost = track.position - position;
  if (lost <= 0) return;
  track.captured -= lost - part.gaps.cutBack(track.track, position);
  track.muted?.cutBack(position);
  track.position = position;
}

/** Frames in the file of the part's longest track. */
export function partFrames(part: Part): number {
  return Math.max(...[...part.tracks.values()].map((track) => track.position));
}

/**
 * The content of the part, compared with what it should contain.
 * @param clockFrames the frames that a live source should have sent by the clock; null for other sources.
 */
export function reportOf(part: Part, clockFrames: number | null): CaptureReport {
  const tracks = [...part.tracks.values()].map((track): TrackReport => {
    const unlisted = part.gaps.unlisted(track.track);
    const { listed: muted = [], unlisted: unlistedMuted } = track.muted ?? {};
    return {
      track: track.track,
      captured: track.captured,
      expected: track.position + track.unwritten + track.jumped,
      chunks_received: track.received,
      chunks_rejected: track.rejected,
      chunks_duplicated: track.duplicated,
      chunks_late: track.late,
      clock: clockFrames,
      clipped_samples: track.clippedSamples,
      ...(track.waiting === 0 ? {} : { waiting: track.waiting }),
      ...(unlisted === undefined ? {} : { unlisted }),
      ...(muted.length === 0 ? {} : { muted: [...muted] }),
      ...(unlistedMuted === undefined ? {} : { unlisted_muted: unlistedMuted }),
    };
  });
  const leading = tracks.reduce(leadingTrack);
  const unwritten = [...part.tracks.values()].flatMap((track): Gap[] =>
    track.unwritten === 0
      ? []
      : [{ track: track.track, start_frame: track.position, frames: track.unwritten, cause: 'disk' }],
  );
  return {
    captured: leading.captured,
    expected: leading.expected,
    gaps: [...part.gaps.listed, ...unwritten],
    tracks,
  };
}
