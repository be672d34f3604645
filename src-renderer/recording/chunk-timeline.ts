import type { GapCause } from '../../src-main/contract/capture-report.ts';
import type { CaptureChunk } from '../capture/capture.ts';
import { BYTES_PER_SAMPLE } from '../capture/chunk-assembler.ts';
import type { ClockReading, RecordingClock } from './recording-clock.ts';

/** Where the first chunk of a track is expected. */
export interface TimelineStart {
  readonly frame: number;
  /** Frames that the engine has: those between here and `frame` are already missing. */
  readonly heldFrames: number;
  /** Why frames before the first chunk are missing. */
  readonly cause: GapCause;
}

export interface ChunkTimelineOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly start: TimelineStart;
  readonly clock: Pick<RecordingClock, 'frameAt'>;
  /** Milliseconds that the computer has slept since a fixed moment. */
  readonly asleepMs: () => number;
}

/** After more sleep than this between two captures, sleep is the cause of the gap. */
const SHORTEST_SLEEP_MS = 1000;
/** A track that begins later than another by up to this has lost nothing: silence is put before it. */
const LATE_START_MS = 250;

/**
 * Places the chunks of one device after another on one track of a recording. Time without a device becomes a jump in
 * frames. The engine fills it with silence, so later audio keeps its place.
 */
export function createChunkTimeline(options: ChunkTimelineOptions) {
  const { sampleRate, channels, start, clock, asleepMs } = options;
  let nextFrame = start.frame;
  let originFrame = nextFrame;
  let { heldFrames } = start;
  let anchor: ClockReading | undefined;
  let isAtBeginning = start.frame === 0 && heldFrames === 0;
  let asleepBeforeMs = asleepMs();
  let fresh: GapCause | undefined = start.cause;

  /** Places the first chunk of another capture by the clock. */
  function join(chunk: CaptureChunk, cause: GapCause): GapCause {
    const startedAtMs = chunk.endedAtMs - (chunk.frames / sampleRate) * 1000;
    const awaited = clock.frameAt(startedAtMs);
    const late = awaited === undefined ? 0 : Math.round(awaited) - nextFrame;
    // Devices may overlap when one takes over from another, so only a positive gap counts. At the beginning, audio
    // from before it is cut.
    const missing = isAtBeginning ? late : Math.max(0, late);
    originFrame = nextFrame + missing - chunk.startFrame;
    const slept = asleepMs() - asleepBeforeMs >= SHORTEST_SLEEP_MS;
    return slept && (cause === 'device_lost' || cause === 'device_switched') ? 'suspended' : cause;
  }

  /** Cuts or pads a first chunk, so that all tracks begin at the same frame. */
  function fitToBeginning(chunk: CaptureChunk): CaptureChunk {
    const { startFrame, samples, frames } = chunk;
    const frameBytes = BYTES_PER_SAMPLE * channels;
    if (startFrame < 0) {
      const cut = Math.min(-startFrame, frames - 1);
      return {
        ...chunk,
        samples: samples.slice(cut * frameBytes),
        frames: frames - cut,
        startFrame: startFrame + cut,
      };
    }
    if (startFrame === 0 || startFrame > (LATE_START_MS / 1000) * sampleRate) return chunk;
    const padded = new Uint8Array(startFrame * frameBytes + samples.byteLength);
    padded.set(samples, startFrame * frameBytes);
    return { ...chunk, samples: padded, frames: startFrame + frames, startFrame: 0 };
  }

  return {
    /** Frames of the recording so far, gaps included. */
    get frames() {
      return heldFrames;
    },
    /** The frame on the recording at which the present capture's frame 0 lies. */
    get originFrame() {
      return originFrame;
    },
    place(chunk: CaptureChunk): CaptureChunk {
      const joinCause = fresh === undefined ? undefined : join(chunk, fresh);
      fresh = undefined;
      asleepBeforeMs = asleepMs();
      const joined = { ...chunk, startFrame: originFrame + chunk.startFrame };
      const placed = isAtBeginning ? fitToBeginning(joined) : joined;
      isAtBeginning = false;
      const { samples, frames, startFrame, endedAtMs } = placed;
      const gapCause = startFrame > heldFrames ? (joinCause ?? chunk.gapCause) : undefined;
      nextFrame = startFrame + frames;
      heldFrames = nextFrame;
      anchor = { frame: nextFrame, atMs: endedAtMs };
      return { samples, frames, endedAtMs, startFrame, ...(gapCause === undefined ? {} : { gapCause }) };
    },
    /** When the end of the last chunk was captured; undefined after a pause or a change of capture. */
    get anchor() {
      return fresh === undefined ? anchor : undefined;
    },
    /** Says that time was not counted for a while. */
    pause() {
      anchor = undefined;
    },
    /** Says that the next chunk comes from another capture, which counts from 0. A later call may know the cause better. */
    interrupt(cause: GapCause) {
      if (fresh === 'device_lost' && cause === 'permission_lost') fresh = cause;
      fresh ??= cause;
    },
  };
}
