import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until this much audio is due at `speed` times real time. Does not wait at speed 0, or once `signal` is aborted.
 */
export function createPace(speed: number, signal: AbortSignal): (seconds: number) => Promise<void> {
  const startedAtMs = performance.now();
  return async (seconds) => {
    if (speed === 0) return;
    const earlyMs = startedAtMs + (seconds / speed) * 1000 - performance.now();
    if (earlyMs > 0) await delay(earlyMs, undefined, { signal }).catch(() => undefined);
  };
}
