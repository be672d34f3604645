import type { ChunkBuffer } from './chunk-buffer.ts';
import type { SessionClientEvents } from './session-client.ts';

/** Audio that waits longer gets a warning; the disk usually takes it within a tenth of a second. */
const WAITING_SECONDS = 5;
/** When the backlog is no longer than this, the warning ends. */
const WELL_SECONDS = 1;

/** Watches the backlog: captured audio that the engine has not written. Calls back when its state changes. */
export function createBacklog(
  chunks: Pick<ChunkBuffer, 'frames' | 'isFull' | 'lostFrames'>,
  events: Pick<SessionClientEvents, 'onBacklog'>,
) {
  let sampleRate = 0;
  let state: 'none' | 'waiting' | 'full' = 'none';
  let lostBefore = 0;

  return {
    /** Sets the frames a second of the following chunks. */
    expect(framesPerSecond: number) {
      sampleRate = framesPerSecond;
    },
    /** @param isUp false while the connection is gone, which explains the backlog */
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
