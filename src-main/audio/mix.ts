import { createLimiter, type LimiterShape } from './limiter.ts';
import { bytesOf, samplesOf } from './pcm.ts';

/** Makes one stream of several tracks: their sum, through the limiter. */
export interface Mixer {
  /**
   * Takes the next `frames` of every track, signed 16-bit little-endian; a shorter track is silent from its end on.
   * Returns what is final by now, which is late by the limiter's look-ahead.
   */
  mix(tracks: readonly Uint8Array[], frames: number): Uint8Array;
  /** Returns the rest, so that as many frames come out as went in. Nothing may follow it. */
  flush(): Uint8Array;
}

export function createMixer(shape: LimiterShape): Mixer {
  const limiter = createLimiter(shape);
  return {
    mix(tracks, frames) {
      const sums = new Int32Array(frames * shape.channels);
      for (const track of tracks) {
        const samples = samplesOf(track);
        for (let index = 0; index < samples.length; index++)
          sums[index] = (sums[index] ?? 0) + (samples[index] ?? 0);
      }
      return bytesOf(limiter.push(sums));
    },
    flush: () => bytesOf(limiter.flush()),
  };
}
