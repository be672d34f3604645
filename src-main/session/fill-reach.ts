/** Silence that may be added only because of a sender's counters, beyond what its audio and the clock support. */
const UNSPOKEN_FOR_SECONDS = 300;
/** Up to nine tenths of a file that is sent faster than real time may be pauses. */
const FRAMES_FOR_EACH_CAPTURED = 10;

export interface FillReach {
  /** Audio has come. */
  noteCaptured(frames: number): void;
  /** How far a filled hole may reach, in frames since the take's start. */
  frames(): number;
}

/**
 * Limits the silence that a few bytes with start frames and numbers can cause, in proportion to the received audio and
 * the elapsed time. All tracks count together, as a track with little speech is as long as the other.
 */
export function createFillReach(sampleRate: number, elapsedMs: () => number): FillReach {
  let captured = 0;
  return {
    noteCaptured(frames) {
      captured += frames;
    },
    frames: () =>
      Math.round((elapsedMs() / 1000 + UNSPOKEN_FOR_SECONDS) * sampleRate) +
      FRAMES_FOR_EACH_CAPTURED * captured,
  };
}
