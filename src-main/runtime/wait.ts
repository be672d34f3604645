import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after so many milliseconds; rejects with the signal's reason, at once, where that is aborted before. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
}
