/** Where the clock is further past a track's end than this, the next chunk is placed by the clock. */
export const ARRIVAL_TOLERANCE_MS = 500;
/** The clock position of arriving chunks, for a track whose chunks are placed by the clock. */
export interface Arrival {
  /**
   * The frame at which a chunk arrives; undefined where the clock does not count.
   * @param endMs the end of the track so far.
   */
  clockMs(arrivedMs: number, endMs: number): number | undefined;
  /**
   * The sender was made to wait. Chunks that it sends until then, and without a break after it, were captured
   * meanwhile, and are late only for that reason.
   */
  blockedUntil(untilMs: number): void;
}

export function createArrival(sinceStartMs: (atMs: number) => number): Arrival {
  /** Until when a chunk counts as delayed; undefined once the sender has caught up, or paused. */
  let catchesUpUntilMs: number | undefined;
  return {
    clockMs(arrivedMs, endMs) {
      const ms = sinceStartMs(arrivedMs);
      const isLate = ms - endMs > ARRIVAL_TOLERANCE_MS;
      if (!isLate || arrivedMs > (catchesUpUntilMs ?? -Infinity)) {
        catchesUpUntilMs = undefined;
        return ms;
      }
      catchesUpUntilMs = arrivedMs + ARRIVAL_TOLERANCE_MS;
      return undefined;
    },
    blockedUntil(untilMs) {
      catchesUpUntilMs = untilMs;
    },
  };
}
