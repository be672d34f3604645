import type { ServerMessage } from '../contract/server-messages.ts';
import { behindClockWarning, diskLowWarning, noDataWarning } from './messages.ts';

/** A live source is told of within a second when it stops; others may send in bursts. */
const LIVE_STALLED_AFTER_MS = 700;
const STALLED_AFTER_MS = 3000;
/** A live source this far behind the clock has lost audio without saying so; clocks alone drift far less. */
const BEHIND_CLOCK_SECONDS = 2;
/** Minutes of room at which the user is told. */
const DISK_WARN_MINUTES = [30, 10, 2] as const;

export interface SessionWatchOptions {
  readonly live: boolean;
  readonly nowMs: () => number;
  readonly send: (message: ServerMessage) => void;
  readonly behindClockSeconds: () => number;
}

/** Looks after one recording: tells its user, once each, what the audio alone cannot show. */
export interface SessionWatch {
  /** A chunk has come, or is not to be expected earlier than now. */
  noteChunk(): void;
  /** Milliseconds since the last chunk. */
  quietMs(): number;
  /** Looks at the clock. */
  tick(): void;
  /** Takes note of how long the disk still lasts. */
  noteDiskMinutes(minutes: number): void;
  readonly diskMinutesLeft: number | undefined;
}

export function createSessionWatch({
  live,
  nowMs,
  send,
  behindClockSeconds,
}: SessionWatchOptions): SessionWatch {
  const stalledAfterMs = live ? LIVE_STALLED_AFTER_MS : STALLED_AFTER_MS;
  let lastChunkMs = nowMs();
  let stallTold = false;
  let behindTold = false;
  let diskMinutesLeft: number | undefined;
  let diskToldMinutes = Infinity;
  return {
    noteChunk() {
      lastChunkMs = nowMs();
      stallTold = false;
    },
    quietMs: () => nowMs() - lastChunkMs,
    tick() {
      const quiet = nowMs() - lastChunkMs;
      if (quiet >= stalledAfterMs) {
        if (!stallTold) send(noDataWarning(quiet / 1000));
        stallTold = true;
        return;
      }
      const behind = behindClockSeconds();
      if (behind < BEHIND_CLOCK_SECONDS || behindTold) return;
      behindTold = true;
      send(behindClockWarning(behind));
    },
    noteDiskMinutes(minutes) {
      diskMinutesLeft = minutes;
      const threshold = DISK_WARN_MINUTES.findLast((candidate) => minutes < candidate);
      if (threshold === undefined || threshold >= diskToldMinutes) return;
      diskToldMinutes = threshold;
      send(diskLowWarning(minutes));
    },
    get diskMinutesLeft() {
      return diskMinutesLeft;
    },
  };
}
