import type { ChunkBuffer } from './chunk-buffer.ts';
import type { SessionClientEvents } from './session-client.ts';

/** Audio that waits for longer is worth a word; the disk usually takes it within a tenth of a second. */
const WAITING_SECONDS = 5;
/** When no more than this waits, all is well again. */
const WELL_SECONDS = 1;

/** Watches how much captured audio the engine has not written, and tells when that changes in kind. */
export function createBacklog(
  chunks: Pick<ChunkBuffer, 'frames' | 'isFull' | 'lostFrames'>,
  events: Pick<SessionClientEvents, 'onBacklog'>,
) {
  let sampleRate = 0;
  let state: 'none' | 'waiting' | 'full' = 'none';
  let lostBefore = 0;

  return {
    /** Chunks to come have so many frames a second. */
    expect(framesPerSecond: number) {
      sampleRate = framesPerSecond;
    },
    /** @param isUp false while the connection is gone, which explains what waits. */
    look(isUp: boolean) {
      const limit = state === 'none' ? WAITING_SECONDS : WELL_SECONDS;
      const waits = chunks.frames > limit * sampleRate && (isUp || state !== 'none');
      const now = chunks.isFull ? 'full' : waits ? 'waiting' : 'none';
      if (now === state) return;
      const wasFull = state === 'full';
      state = now;
      const lostSeconds = (chunks.lostFrames - lostBefore) / sampleRate;
      if (wasFull) lostBefore = chunks.lostFrames;
      events.onBacklog(now, wasFull ? lostSeconds : 0);
    },
  };
}
