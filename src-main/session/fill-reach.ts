/** Silence that a sender's counting alone may put in, over all that its audio and the clock speak for. */
const UNSPOKEN_FOR_SECONDS = 300;
/** A file that is sent faster than real time may be nine tenths pauses. */
const FRAMES_FOR_EACH_CAPTURED = 10;

export interface FillReach {
  /** Audio has come. */
  noteCaptured(frames: number): void;
  /** How far a hole may reach and still be filled, in frames since the take's start. */
  frames(): number;
}

/**
 * Bounds the silence that a few bytes can make of start frames and numbers: in proportion to what came and to the time
 * that has passed. Of all tracks together, as one that seldom speaks is as long as the other.
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
