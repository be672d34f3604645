import type { Clock } from '../runtime/clock.ts';

/** The time of one take: it stands still during pauses. */
export interface TakeClock {
  /**
   * Milliseconds since a fixed moment, without pauses, at the time `atMs` of the monotonic clock, or now. A message
   * uses the time of its arrival, as its turn may come late.
   */
  liveMs(atMs?: number): number;
  /** The same since the beginning of the take, when its first file was open. */
  sinceStartMs(atMs: number): number;
  /**
   * Milliseconds since then, with pauses, by the clock that advanced further: one clock may stop while the machine
   * sleeps.
   */
  readonly elapsedMs: number;
  begin(): void;
  pause(atMs: number): void;
  resume(atMs: number): void;
}

export function createTakeClock(clock: Clock): TakeClock {
  let began = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
  let pausedMs = 0;
  let pausedSinceMs: number | undefined;
  const liveMs = (atMs = clock.monotonicMs()): number => (pausedSinceMs ?? atMs) - pausedMs;
  return {
    liveMs,
    sinceStartMs: (atMs) => liveMs(atMs) - began.monotonicMs,
    get elapsedMs() {
      return Math.max(clock.monotonicMs() - began.monotonicMs, clock.wallMs() - began.wallMs);
    },
    begin() {
      began = { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
    },
    pause(atMs) {
      pausedSinceMs ??= Math.max(atMs, began.monotonicMs);
    },
    resume(atMs) {
      if (pausedSinceMs !== undefined) pausedMs += Math.max(0, atMs - pausedSinceMs);
      pausedSinceMs = undefined;
    },
  };
}
