import type { Side } from '../../src-main/contract/audio-format.ts';
import type { Capture, CaptureChunk } from '../capture/capture.ts';
import type { AwakeClock } from './awake-clock.ts';
import type { CaptureSource, CaptureWish } from './capture-source.ts';
import type { TimelineStart } from './chunk-timeline.ts';
import { createCommonStart } from './common-start.ts';
import { type ClockReading, createRecordingClock } from './recording-clock.ts';
import type { RecordingWarnings } from './recording-warnings.ts';
import { createTrackCapture, type TrackCapture } from './track-capture.ts';

/** A side and the source of its sound. */
export type Sources = Readonly<Record<Side, CaptureSource>>;

/** One track of a recording that begins, or that goes on in another page. */
export interface TrackPlan {
  readonly track: Side;
  readonly wish: CaptureWish;
  /** Name of its present or last device. */
  readonly label: string;
  readonly start: TimelineStart;
}

export interface RecordingTracksDependencies {
  readonly sources: Sources;
  /** The tracks in wire order. The first one's device counts the recording's time. */
  readonly plans: readonly TrackPlan[];
  /** When Record was pressed. In a recording that goes on: one of its frames and that frame's time, where known. */
  readonly since: { readonly pressedAtMs: number } | { readonly reading: ClockReading | undefined };
  readonly clock: AwakeClock;
  readonly after: (milliseconds: number, action: () => void) => void;
  readonly warnings: RecordingWarnings;
  readonly isWanted: () => boolean;
  readonly isPaused: () => boolean;
  /** Called with each chunk once it has its place. Each track's chunks come in order. */
  readonly onChunk: (track: Side, chunk: CaptureChunk, missingFrames: number) => void;
  readonly onSource: (track: Side, capture: Capture) => void;
}

/** The tracks of a running recording, on one clock. */
export interface RecordingTracks {
  readonly each: readonly TrackCapture[];
  indexOf(track: Side): number;
  /** Begins with the devices that are open. */
  begin(): void;
  /** Opens the tracks' devices and goes on with them. */
  acquire(): void;
  /** Checks whether other devices should be used now. */
  checkDevices(): void;
  pause(): void;
  resume(): void;
  /** Releases the devices, after handing over all their audio. */
  close(): Promise<void>;
  /** Gives the devices back to the level meters. */
  release(): void;
}

export function createRecordingTracks(deps: RecordingTracksDependencies): RecordingTracks {
  const { sources, plans, since, clock, warnings } = deps;
  const [first] = plans;
  if (first === undefined) throw new Error('Expected a recording to have a track');
  const { sampleRate } = first.wish;
  const time = createRecordingClock({ sampleRate, leader: first.track });
  const commonStart =
    'pressedAtMs' in since
      ? createCommonStart({
          tracks: plans.map(({ track }) => track),
          sampleRate,
          pressedAtMs: since.pressedAtMs,
          onBegin: (atMs) => time.begin({ frame: 0, atMs }),
        })
      : undefined;
  if ('reading' in since && since.reading !== undefined) time.begin(since.reading);

  const each = plans.map((plan) =>
    createTrackCapture({
      ...plan,
      source: sources[plan.track],
      leads: plan === first,
      time,
      commonStart,
      clock,
      warnings,
      after: deps.after,
      isWanted: deps.isWanted,
      isPaused: deps.isPaused,
      onChunk: (chunk, missingFrames) => deps.onChunk(plan.track, chunk, missingFrames),
      onLevel: (level) => warnings.noteLevel(plan.track, level),
      onSource(capture) {
        if (plan === first) for (const other of each) other.unsettle();
        deps.onSource(plan.track, capture);
      },
    }),
  );

  return {
    each,
    indexOf: (track) => plans.findIndex((plan) => plan.track === track),
    begin() {
      for (const track of each) track.begin();
    },
    acquire() {
      for (const track of each) track.acquire();
    },
    checkDevices() {
      for (const track of each) track.checkDevice();
    },
    pause() {
      const atMs = clock.now();
      for (const track of each) track.pause(atMs);
      time.pause(atMs);
    },
    resume() {
      const atMs = clock.now();
      time.resume(atMs);
      for (const track of each) track.resume(atMs);
    },
    async close() {
      await Promise.all(plans.map(({ track }) => sources[track].close()));
      for (const track of each) track.finish();
    },
    release() {
      for (const { track } of plans) sources[track].attach(null);
    },
  };
}
