import type { Side } from '../../src-main/contract/audio-format.ts';
import type { Capture, CaptureChunk, LevelReading } from '../capture/capture.ts';
import { BYTES_PER_SAMPLE } from '../capture/chunk-assembler.ts';
import type { AwakeClock } from './awake-clock.ts';
import type { CaptureListener, CaptureSource, CaptureWish } from './capture-source.ts';
import { createChunkTimeline, type TimelineStart } from './chunk-timeline.ts';
import { createClockSteering } from './clock-steering.ts';
import type { CommonStart } from './common-start.ts';
import type { ClockReading, RecordingClock } from './recording-clock.ts';
import type { RecordingWarnings } from './recording-warnings.ts';
import { createSourceKeeper } from './source-keeper.ts';

export interface TrackCaptureDependencies {
  readonly track: Side;
  readonly source: CaptureSource;
  readonly wish: CaptureWish;
  /** Name of the track's present or last device. */
  readonly label: string;
  /** Where the track's first chunk is expected. */
  readonly start: TimelineStart;
  /** Absent in a recording that had begun before. */
  readonly commonStart?: CommonStart | undefined;
  /** The recording's own time. */
  readonly time: RecordingClock;
  /**
   * True where the track's device counts the recording's time. Its samples are never changed; the other tracks are
   * kept in time with it.
   */
  readonly leads: boolean;
  readonly clock: AwakeClock;
  readonly after: (milliseconds: number, action: () => void) => void;
  readonly warnings: RecordingWarnings;
  /** The recording runs or is paused. */
  readonly isWanted: () => boolean;
  readonly isPaused: () => boolean;
  /** Called with each chunk once it has its place in the recording. */
  readonly onChunk: (chunk: CaptureChunk, missingFrames: number) => void;
  readonly onLevel: (level: LevelReading) => void;
  /** Called when the track goes on with this device. */
  readonly onSource: (capture: Capture) => void;
}

/** One track of a running recording: its present device, and its chunks' places in time. */
export interface TrackCapture {
  readonly track: Side;
  readonly label: string;
  /** Frames of the recording so far, gaps included. */
  readonly frames: number;
  /** The present device and the end of its last chunk. A page that takes over goes on from there. */
  readonly note: { readonly device: Capture; readonly anchor: ClockReading | undefined } | undefined;
  /** Goes on with the open device. */
  begin(): void;
  /** Opens a device and goes on with it. */
  acquire(): void;
  /** Checks whether another device should be used now. */
  checkDevice(): void;
  /** Says that another device counts the time from now on. */
  unsettle(): void;
  pause(atMs: number): void;
  resume(atMs: number): void;
  /** Ends the track. If it has no device, the missing time until now becomes a gap. */
  end(): void;
  /** Says that the device delivers nothing more: hands over the audio held back. */
  finish(): void;
}

export function createTrackCapture(deps: TrackCaptureDependencies): TrackCapture {
  const { track, source, wish, time, clock, warnings } = deps;
  const { sampleRate, channels } = wish;
  let { label } = deps;
  const timeline = createChunkTimeline({ ...wish, start: deps.start, clock: time, asleepMs: clock.asleepMs });
  let steering = deps.leads ? undefined : createClockSteering({ sampleRate, channels });

  const place = (chunk: CaptureChunk): void => {
    const before = timeline.frames;
    const placed = timeline.place(chunk);
    time.note(track, { frame: placed.startFrame + placed.frames, atMs: placed.endedAtMs });
    deps.onChunk(placed, placed.startFrame - before);
  };

  const take = (chunk: CaptureChunk): void => {
    for (const steered of steering?.steer(chunk) ?? [chunk]) place(steered);
    const leader = time.leaderFrameAt(chunk.endedAtMs);
    if (leader === undefined) return;
    steering?.measure(timeline.originFrame + chunk.startFrame + chunk.frames - leader, chunk.endedAtMs);
  };

  const finish = (): void => {
    for (const chunk of steering?.finish() ?? []) place(chunk);
  };

  const keeper = createSourceKeeper({
    source,
    wish,
    label,
    now: clock.now,
    after: deps.after,
    isWanted: deps.isWanted,
    isPaused: deps.isPaused,
    warn: (code, subject) => warnings.add(code, subject === undefined ? { track } : { track, subject }),
    endWarnings: (...codes) => warnings.endOf(track, ...codes),
    onInterrupted(cause) {
      finish();
      timeline.interrupt(cause);
      // Another device has another clock.
      if (steering !== undefined) steering = createClockSteering({ sampleRate, channels });
    },
    onSource(capture) {
      label = capture.deviceLabel;
      deps.onSource(capture);
    },
  });

  const listener: CaptureListener = {
    onChunk(chunk) {
      if (deps.commonStart === undefined) take(chunk);
      else deps.commonStart.pass(track, chunk, take);
    },
    onLevel: deps.onLevel,
    onEnded(reason) {
      if (reason === 'device_lost') void keeper.lost();
      else if (reason === 'muted' || reason === 'suspended') warnings.add(reason, { track, subject: label });
      else warnings.endOf(track, 'muted', 'suspended');
    },
    onDevicesChange: () => void keeper.checkDevice(),
  };
  source.attach(listener);

  return {
    track,
    get label() {
      return label;
    },
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
    checkDevice: () => void keeper.checkDevice(),
    unsettle: () => steering?.unsettle(),
    pause(atMs) {
      deps.commonStart?.decide();
      source.capture?.pause(atMs);
      timeline.pause();
    },
    resume: (atMs) => source.capture?.resume(atMs),
    finish() {
      deps.commonStart?.decide();
      finish();
    },
    end() {
      if (source.capture !== undefined || deps.isPaused() || timeline.frames === 0) return;
      timeline.interrupt('device_lost');
      // A gap must lie before a chunk: this chunk holds one frame of silence.
      const samples = new Uint8Array(channels * BYTES_PER_SAMPLE);
      place({ samples, frames: 1, startFrame: 0, endedAtMs: clock.now() });
    },
  };
}
