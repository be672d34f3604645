/** Adjustments of the wall clock are smaller than this, and few people let the computer sleep for less. */
const SHORTEST_SLEEP_MS = 2000;

/** The wall clock, and how long the computer has slept. */
export interface AwakeClock {
  /** Milliseconds. */
  now(): number;
  /** Milliseconds of sleep since this clock was made: how far the wall clock has gained on a clock that stops in sleep. */
  asleepMs(): number;
}

export function createAwakeClock(wallMs: () => number, awakeMs: () => number): AwakeClock {
  let asleep = 0;
  let lastSkewMs = wallMs() - awakeMs();
  const noteSleep = () => {
    const skewMs = wallMs() - awakeMs();
    if (skewMs - lastSkewMs >= SHORTEST_SLEEP_MS) asleep += skewMs - lastSkewMs;
    lastSkewMs = skewMs;
  };
  return {
    now() {
      noteSleep();
      return wallMs();
    },
    asleepMs() {
      noteSleep();
      return asleep;
    },
  };
}
