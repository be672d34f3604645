import type { Side } from '../../src-main/contract/audio-format.ts';
import type { CaptureChunk } from '../capture/capture.ts';

export interface CommonStartOptions {
  readonly tracks: readonly Side[];
  /** Frames a second. */
  readonly sampleRate: number;
  /** When Record was pressed, in milliseconds of the clock on the wall. */
  readonly pressedAtMs: number;
  /** Called once the moment of the recording's first frame is known. */
  readonly onBegin: (atMs: number) => void;
}

/** Finds the beginning of a recording: the first frame of any track. */
export interface CommonStart {
  /** Hands a chunk over, at once or as soon as the beginning is known. */
  pass(track: Side, chunk: CaptureChunk, handOver: (chunk: CaptureChunk) => void): void;
  /** Decides now, without tracks that have no chunk yet. */
  decide(): void;
}

/** About half a second of chunks: the beginning does not wait for a slower device. */
const MOST_WAITING = 5;
/** A new device may need a second before it delivers. A difference below this is only an error of its stamps. */
const UNNOTICED_MS = 200;

export function createCommonStart(options: CommonStartOptions): CommonStart {
  const { tracks, sampleRate, pressedAtMs } = options;
  const begunMs = new Map<Side, number>();
  let waiting: (() => void)[] = [];
  let isDecided = false;

  const decide = (): void => {
    if (isDecided) return;
    isDecided = true;
    const earliestMs = Math.min(...begunMs.values());
    // If all devices were slow, the recording still begins at the press of Record, with a gap.
    options.onBegin(earliestMs - pressedAtMs <= UNNOTICED_MS ? earliestMs : pressedAtMs);
    const chunks = waiting;
    waiting = [];
    for (const handOver of chunks) handOver();
  };

  return {
    pass(track, chunk, handOver) {
      if (isDecided) return handOver(chunk);
      if (!begunMs.has(track)) begunMs.set(track, chunk.endedAtMs - (chunk.frames / sampleRate) * 1000);
      waiting.push(() => handOver(chunk));
      if (begunMs.size === tracks.length || waiting.length >= MOST_WAITING) decide();
    },
    decide() {
      if (begunMs.size > 0) decide();
    },
  };
}
