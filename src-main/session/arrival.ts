/** The clock may be this far past a track's end before its next chunk is placed where the clock is. */
export const ARRIVAL_TOLERANCE_MS = 500;
/** Where the clock is when a chunk arrives, for a track whose chunks are placed by it. */
export interface Arrival {
  /**
   * The frame at which a chunk arrives; undefined where the clock does not count.
   * @param endMs the end of the track so far.
   */
  clockMs(arrivedMs: number, endMs: number): number | undefined;
  /**
   * The sender was made to wait: what it sends until then, and without a break after it, was captured meanwhile, and is
   * late through no fault of its own.
   */
  heldUp(untilMs: number): void;
}

export function createArrival(sinceStartMs: (atMs: number) => number): Arrival {
  /** Until when a chunk belongs to what had to wait; undefined once the sender has caught up, or paused. */
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
    heldUp(untilMs) {
      catchesUpUntilMs = untilMs;
    },
  };
}
