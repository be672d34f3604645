import { createSignalMonitor, type SignalMonitor } from '../audio/signal-monitor.ts';
import type { Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { TrackStatus } from '../contract/server-messages.ts';
import type { Part, PartTrack } from './part.ts';
import type { SessionSpec } from './ports.ts';
import { createArrival, ARRIVAL_TOLERANCE_MS, type Arrival } from './arrival.ts';
import { wireSeq } from './serial-number.ts';
import type { TakeClock } from './take-clock.ts';
import { createTimeline, type Placement, type Timeline } from './timeline.ts';

/**
 * Memory overhead of a waiting chunk, in bytes: promises, and what they reference. Measured with chunks of two bytes.
 */
export const CHUNK_OVERHEAD_BYTES = 1024;

/** One track of a running session. */
export interface SessionTrack {
  readonly name: Track;
  readonly timeline: Timeline;
  /** Undefined where the clock does not place chunks. */
  readonly arrival: Arrival | undefined;
  readonly monitor: SignalMonitor;
  /** Its current part, and its state there. */
  part: Part;
  place: PartTrack;
  /** Frames in earlier parts. */
  earlierFrames: number;
  /** The end of its last chunk, by the sender's count. */
  heardFrame: number;
  /** Given to the current part's sink and not yet known to be in the file, in order. */
  pending: Placement[];
  /** All chunks before this number are in the file. */
  writtenSeq: number;
  /** Frames in the file over all parts. */
  writtenFrames: number;
  ackDue: boolean;
  /** Settles, and never rejects, once its last write has ended. */
  lastAppend: Promise<void>;
}

export interface SessionTrackOptions {
  readonly spec: SessionSpec;
  readonly part: Part;
  readonly clock: TakeClock;
  /** The longest silence in one place, in frames. */
  readonly longestFill: number;
  /** How far a filled hole may reach, in frames since the take's start. */
  readonly reach: () => number;
}

export function createSessionTrack(name: Track, options: SessionTrackOptions): SessionTrack {
  const { spec, part, clock, longestFill, reach } = options;
  return {
    name,
    timeline: createTimeline(2 * spec.channels, longestFill, {
      reach,
      clockTolerance: (ARRIVAL_TOLERANCE_MS / 1000) * spec.sampleRate,
    }),
    arrival: spec.placement === 'arrival' ? createArrival(clock.sinceStartMs) : undefined,
    monitor: createSignalMonitor(spec.sampleRate, name === 'user' ? 'microphone' : 'playback'),
    part,
    place: placeIn(part, name),
    earlierFrames: 0,
    heardFrame: 0,
    pending: [],
    writtenSeq: 0,
    writtenFrames: 0,
    ackDue: false,
    lastAppend: Promise.resolve(),
  };
}

/** Moves the track to `part`, which begins `originFrame` frames into the take. */
export function moveTrack(track: SessionTrack, part: Part, originFrame: number): void {
  const zeroFrames = track.place.muted?.zeroFrames ?? 0;
  track.earlierFrames = originFrame;
  track.timeline.moveTo(originFrame);
  track.part = part;
  track.place = placeIn(part, track.name);
  track.place.muted?.carryOn(zeroFrames);
  track.pending = [];
}

/** The track of that name. Throws INVALID_CHUNK. */
export function trackNamed(tracks: readonly SessionTrack[], name: Track): SessionTrack {
  const track = tracks.find((candidate) => candidate.name === name);
  if (track === undefined)
    throw new LecternError(
      'INVALID_CHUNK',
      `Invalid audio chunk: expected a track of this session (${tracks.map((each) => each.name).join(', ')}), got ${name}`,
    );
  return track;
}

/** The parts that the tracks write to, in order. */
export function partsInUse(tracks: readonly SessionTrack[]): Part[] {
  return [...new Set(tracks.map((track) => track.part))].sort((a, b) => a.number - b.number);
}

/** Resolves when everything given to the tracks has been written, or has failed. */
export async function allWritten(tracks: readonly SessionTrack[]): Promise<void> {
  await Promise.all(tracks.map((track) => track.lastAppend));
}

/** Frames of a track over all parts. */
export function positionOf(track: SessionTrack): number {
  return track.earlierFrames + track.place.position;
}

/** @param quietFrames the time since the last chunk came, by the clock. */
export function statusOf(track: SessionTrack, quietFrames: number): TrackStatus {
  const { timeline } = track;
  return {
    track: track.name,
    frames: track.writtenFrames,
    next_seq: wireSeq(timeline.nextSeq),
    ...(timeline.bufferedFrames === 0 ? {} : { held_frames: timeline.bufferedFrames }),
    next_frame: timeline.senderFrame,
    resume_frame: Math.max(timeline.senderFrame, track.heardFrame + quietFrames),
  };
}

function placeIn(part: Part, name: Track): PartTrack {
  const place = part.tracks.get(name);
  if (place === undefined) throw new Error(`part ${part.number} has no track ${name}`);
  return place;
}
