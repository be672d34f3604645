import { samplesOf } from './pcm.ts';

/**
 * Amplifies a copy of the samples, clamped to the int16 range.
 * @param pcm signed 16-bit little-endian samples, left untouched.
 * @param gain linear factor, 1 to 4.
 * @returns the same buffer for a gain of 1, otherwise a new one.
 */
export function applyGain(pcm: Uint8Array, gain: number): Uint8Array {
  if (gain === 1) return pcm;
  const samples = samplesOf(pcm);
  const amplified = new Uint8Array(samples.length * 2);
  const view = new DataView(amplified.buffer);
  for (let index = 0; index < samples.length; index++) {
    const value = Math.round((samples[index] ?? 0) * gain);
    view.setInt16(index * 2, Math.max(-32768, Math.min(32767, value)), true);
  }
  return amplified;
}
