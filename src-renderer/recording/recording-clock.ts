import type { Side } from '../../src-main/contract/audio-format.ts';

/** A frame of a recording, and when it was captured, in milliseconds of the clock on the wall. */
export interface ClockReading {
  readonly frame: number;
  readonly atMs: number;
}

export interface RecordingClockOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  /** Whose device counts the recording's time, as long as it delivers; another track's does while it does not. */
  readonly leader: Side;
}

/** The time of one recording, pauses left out, as the device of its leading track counts it. */
export interface RecordingClock {
  /** Time is known from here on. */
  begin(reading: ClockReading): void;
  /** A chunk of a track ended so. */
  note(track: Side, reading: ClockReading): void;
  /** The frame that was captured at a moment; nothing before that can be told. */
  frameAt(atMs: number): number | undefined;
  /** The same by the leader's device, as it has just told. */
  leaderFrameAt(atMs: number): number | undefined;
  /** Time does not count from a moment on, and counts again from another. */
  pause(atMs: number): void;
  resume(atMs: number): void;
}

/** So long without a chunk, and a device counts nobody's time. */
const SILENT_MS = 1000;

export function createRecordingClock({ sampleRate, leader }: RecordingClockOptions): RecordingClock {
  let last: ClockReading | undefined;
  let leaderReading: ClockReading | undefined;
  let pausedAtMs: number | undefined;

  const extrapolate = ({ frame, atMs }: ClockReading, toMs: number): number =>
    frame + ((toMs - atMs) / 1000) * sampleRate;

  return {
    begin(reading) {
      last = reading;
    },
    note(track, reading) {
      if (track === leader) leaderReading = reading;
      else if (leaderReading !== undefined && reading.atMs - leaderReading.atMs < SILENT_MS) return;
      last = reading;
    },
    frameAt: (atMs) => (last === undefined ? undefined : extrapolate(last, atMs)),
    leaderFrameAt(atMs) {
      if (leaderReading === undefined || Math.abs(atMs - leaderReading.atMs) >= SILENT_MS) return undefined;
      return extrapolate(leaderReading, atMs);
    },
    pause(atMs) {
      pausedAtMs ??= atMs;
    },
    resume(atMs) {
      if (pausedAtMs !== undefined && last !== undefined) {
        const countedUntilMs = Math.max(pausedAtMs, last.atMs);
        last = { frame: last.frame, atMs: last.atMs + Math.max(0, atMs - countedUntilMs) };
      }
      pausedAtMs = undefined;
      // Told anew by the first chunk after the pause.
      leaderReading = undefined;
    },
  };
}
