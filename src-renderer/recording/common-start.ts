import type { Side } from '../../src-main/contract/audio-format.ts';
import type { CaptureChunk } from '../capture/capture.ts';

export interface CommonStartOptions {
  readonly tracks: readonly Side[];
  /** Frames a second. */
  readonly sampleRate: number;
  /** When Record was pressed, in milliseconds of the clock on the wall. */
  readonly pressedAtMs: number;
  /** The moment of the recording's first frame is known. */
  readonly onBegin: (atMs: number) => void;
}

/** Finds the moment at which a recording begins: that of the first frame that any of its tracks has. */
export interface CommonStart {
  /** Hands a chunk over, at once or as soon as the beginning is known. */
  pass(track: Side, chunk: CaptureChunk, handOver: (chunk: CaptureChunk) => void): void;
  /** Whoever has not begun by now is not waited for. */
  decide(): void;
}

/** About half a second of chunks: a device that takes longer has no say. */
const MOST_WAITING = 5;
/** A device just opened may take a second to deliver; what its stamps waver by is nothing. */
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
    // What is lost because all took their time is missing at the beginning.
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
