import { seededBytes } from '../../support/seeded-bytes.ts';

/** Noise of 16-bit samples, soft enough that two sides' sum stays below the limiter. */
export function softNoise(seed: number, bytes: number): Buffer {
  const noise = seededBytes(seed, bytes);
  for (let at = 0; at < bytes; at += 2) noise.writeInt16LE(noise.readInt16LE(at) >> 2, at);
  return noise;
}
