/** The wall clock is adjusted by less than this, and hardly anybody sleeps for less. */
const SHORTEST_SLEEP_MS = 2000;

/** The clock on the wall, and how much of its time the computer slept. */
export interface AwakeClock {
  /** Milliseconds. */
  now(): number;
  /** Milliseconds since the clock was made; what the wall clock gained on one that stands still in sleep. */
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
