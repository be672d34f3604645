import { createSignalMonitor, type SignalMonitor } from '../audio/signal-monitor.ts';
import type { Track } from '../contract/audio-format.ts';
import type { TrackStatus } from '../contract/server-messages.ts';
import type { Part, PartTrack } from './part.ts';
import type { SessionSpec } from './ports.ts';
import { createTimeline, type Placement, type Timeline } from './timeline.ts';

/** One track of a running session. */
export interface SessionTrack {
  readonly name: Track;
  readonly timeline: Timeline;
  readonly monitor: SignalMonitor;
  /** The part it is writing to, and its place in it. */
  part: Part;
  place: PartTrack;
  /** Frames in earlier parts. */
  earlierFrames: number;
  /** Where its last chunk ended, as the sender counts. */
  heardFrame: number;
  /** What was given to the current part's sink and is not yet known to be in the file, in order. */
  pending: Placement[];
  /** Every chunk below this one is in the file. */
  writtenSeq: number;
  /** Frames in the file over all parts. */
  writtenFrames: number;
  ackDue: boolean;
  /** Settles, and never rejects, once its last write has ended. */
  lastAppend: Promise<void>;
}

export function createSessionTrack(
  name: Track,
  spec: SessionSpec,
  part: Part,
  longestFill: number,
): SessionTrack {
  return {
    name,
    timeline: createTimeline(2 * spec.channels, longestFill),
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

/** Sends the track on to `part`, in which it begins `originFrame` frames into the take. */
export function moveTrack(track: SessionTrack, part: Part, originFrame: number): void {
  const zeroFrames = track.place.muted?.zeroFrames ?? 0;
  track.earlierFrames = originFrame;
  track.timeline.moveTo(originFrame);
  track.part = part;
  track.place = placeIn(part, track.name);
  track.place.muted?.carryOn(zeroFrames);
  track.pending = [];
}

/** Frames of a track over all parts. */
export function positionOf(track: SessionTrack): number {
  return track.earlierFrames + track.place.position;
}

/** @param quietFrames what the clock says has passed since the last chunk came. */
export function statusOf(track: SessionTrack, quietFrames: number): TrackStatus {
  const { timeline } = track;
  return {
    track: track.name,
    frames: track.writtenFrames,
    next_seq: timeline.nextSeq,
    next_frame: timeline.senderFrame,
    resume_frame: Math.max(timeline.senderFrame, track.heardFrame + quietFrames),
  };
}

function placeIn(part: Part, name: Track): PartTrack {
  const place = part.tracks.get(name);
  if (place === undefined) throw new Error(`part ${part.number} has no track ${name}`);
  return place;
}
