import type { Side } from '../../src-main/contract/audio-format.ts';

/** A frame of a recording, and when it was captured, in wall-clock milliseconds. */
export interface ClockReading {
  readonly frame: number;
  readonly atMs: number;
}

export interface RecordingClockOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  /** The track whose device counts the recording's time. While it does not deliver, another track's device does. */
  readonly leader: Side;
}

/** The time of one recording, without pauses, by the device of its leading track. */
export interface RecordingClock {
  /** Gives a known frame and its time. */
  begin(reading: ClockReading): void;
  /** Gives the end of a track's chunk. */
  note(track: Side, reading: ClockReading): void;
  /** The frame that was captured at a moment; undefined while no time is known. */
  frameAt(atMs: number): number | undefined;
  /** The same by the leading track's latest chunk. */
  leaderFrameAt(atMs: number): number | undefined;
  /** The moment of a pause, and of its end. */
  pause(atMs: number): void;
  resume(atMs: number): void;
}

/** After this time without a chunk, a device no longer counts the time. */
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
      // The first chunk after the pause sets the time again.
      leaderReading = undefined;
    },
  };
}
