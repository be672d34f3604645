import type { Track } from '../../src-main/contract/audio-format.ts';
import type { Capture, CaptureChunk, LevelReading } from '../capture/capture.ts';
import type { AwakeClock } from './awake-clock.ts';
import type { CaptureListener, CaptureSource, CaptureWish } from './capture-source.ts';
import { createChunkTimeline, type TimelineStart } from './chunk-timeline.ts';
import type { RecordingWarnings } from './recording-warnings.ts';
import { createSourceKeeper } from './source-keeper.ts';

export interface TrackCaptureDependencies {
  readonly track: Track;
  readonly source: CaptureSource;
  readonly wish: CaptureWish;
  /** Name of the device the track has, or had last. */
  readonly label: string;
  /** Where its first chunk is awaited. */
  readonly start: TimelineStart;
  readonly clock: AwakeClock;
  readonly after: (milliseconds: number, action: () => void) => void;
  readonly warnings: RecordingWarnings;
  /** The recording runs or is paused. */
  readonly isWanted: () => boolean;
  readonly isPaused: () => boolean;
  /** A chunk has found its place in the recording. */
  readonly onChunk: (chunk: CaptureChunk, missingFrames: number) => void;
  readonly onLevel: (level: LevelReading) => void;
  /** It goes on with this device. */
  readonly onSource: (capture: Capture) => void;
}

/** One track of a running recording: its device, whichever that is by now, and the place of its chunks in time. */
export interface TrackCapture {
  readonly track: Track;
  /** Frames of the recording so far, what is missing included. */
  readonly frames: number;
  /** The device it has, and when its last chunk ended; a page that takes over goes on from there. */
  readonly note: { readonly device: Capture; readonly anchor: Anchor | undefined } | undefined;
  /** Goes on with the device that is open. */
  begin(): void;
  /** Opens a device and goes on with it. */
  acquire(): void;
  /** Looks whether another device is the right one by now. */
  look(): void;
  pause(): void;
  resume(): void;
  /** The recording ends: what it missed for want of a device until now is a hole like any other. */
  end(): void;
}

/** Chunks are 16-bit PCM. */
const BYTES_PER_SAMPLE = 2;

interface Anchor {
  readonly frame: number;
  readonly atMs: number;
}

export function createTrackCapture(deps: TrackCaptureDependencies): TrackCapture {
  const { track, source, wish, clock, warnings } = deps;
  let { label } = deps;
  const timeline = createChunkTimeline({ sampleRate: wish.sampleRate, start: deps.start, ...clock });
  const keeper = createSourceKeeper({
    source,
    wish,
    label,
    after: deps.after,
    isWanted: deps.isWanted,
    isPaused: deps.isPaused,
    warn: (code, subject) => warnings.add(code, subject === undefined ? { track } : { track, subject }),
    endWarnings: (...codes) => warnings.endOf(track, ...codes),
    onInterrupted: (cause) => timeline.interrupt(cause),
    onSource(capture) {
      label = capture.deviceLabel;
      deps.onSource(capture);
    },
  });

  const onChunk = (chunk: CaptureChunk): void => {
    const before = timeline.frames;
    const placed = timeline.place(chunk);
    deps.onChunk(placed, placed.startFrame - before);
  };
  const listener: CaptureListener = {
    onChunk,
    onLevel: deps.onLevel,
    onEnded(reason) {
      if (reason === 'device_lost') void keeper.lost();
      else if (reason === 'muted' || reason === 'suspended') warnings.add(reason, { track, subject: label });
      else warnings.endOf(track, 'muted', 'suspended');
    },
    onDevicesChange: () => void keeper.look(),
  };
  source.attach(listener);

  return {
    track,
    get frames() {
      return timeline.frames;
    },
    get note() {
      const device = source.capture;
      if (device === undefined) return undefined;
      return { device, anchor: deps.isPaused() ? undefined : timeline.anchor };
    },
    begin: () => source.capture?.start(),
    acquire: () => void keeper.acquire(),
    look: () => void keeper.look(),
    pause() {
      source.capture?.pause();
      timeline.pause();
    },
    resume() {
      timeline.resume();
      source.capture?.resume();
    },
    end() {
      if (source.capture !== undefined || deps.isPaused() || timeline.frames === 0) return;
      timeline.interrupt('device_lost');
      // A hole lies before a chunk; this one holds a single frame of silence.
      const samples = new Uint8Array(wish.channels * BYTES_PER_SAMPLE);
      onChunk({ samples, frames: 1, seq: 0, startFrame: 0, endedAtMs: clock.now() });
    },
  };
}
