import { samplesOf } from './pcm.ts';

/** Loudness of a stretch of audio, all channels together. */
export interface Levels {
  /** Largest magnitude, 0 to 32768. */
  readonly peak: number;
  /** Root mean square, 0 to 32768. */
  readonly rms: number;
  /** Samples at either end of the int16 range. */
  readonly clippedSamples: number;
}

/** Measures signed 16-bit little-endian samples; an empty buffer measures as zeros. */
export function measureLevels(pcm: Uint8Array): Levels {
  const samples = samplesOf(pcm);
  let peak = 0;
  let squares = 0;
  let clippedSamples = 0;
  for (const sample of samples) {
    const magnitude = sample < 0 ? -sample : sample;
    if (magnitude > peak) peak = magnitude;
    if (magnitude >= 32767) clippedSamples++;
    squares += sample * sample;
  }
  return { peak, rms: samples.length === 0 ? 0 : Math.sqrt(squares / samples.length), clippedSamples };
}

/** Full scale of int16, the reference of dBFS. */
const FULL_SCALE = 32768;

/** A level in decibels below full scale; -Infinity for 0. */
export function decibelsFullScale(level: number): number {
  return 20 * Math.log10(level / FULL_SCALE);
}
