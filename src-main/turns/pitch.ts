import { createFourier } from './fourier.ts';
import type { Spectrum } from './spectrum.ts';

const SIZE = 512;
/** Lowest and highest pitch of speaking voices, children's included. */
const LOWEST_HERTZ = 66;
const HIGHEST_HERTZ = 450;
/** Below this, the overtones of a voice are strongest, and still separate. */
const TOP_HERTZ = 1000;
/** This multiple of the noise is subtracted first. */
const NOISE_SHARE = 1.5;
/** The smallest part of the window that may still overlap at a delay. */
const LEAST_OVERLAP = 0.3;

/** Measures how periodic a sound is at the pitch of a voice. */
export interface Pitch {
  /** 0 for noise, near 1 for a vowel: normalised autocorrelation at the best delay (Boersma 1993, IFA Proc. 17). */
  strength(spectrum: Spectrum, noise: Float64Array): number;
}

export function createPitch(rate: number, windowLength: number): Pitch {
  const fourier = createFourier(SIZE);
  const overlaps = windowOverlaps(windowLength);
  const shortest = Math.floor(rate / HIGHEST_HERTZ);
  const longest = Math.min(SIZE / 2 - 2, Math.ceil(rate / LOWEST_HERTZ));

  /** The spectrum without noise, extended to an even function for the transform. */
  const load = ({ power, bands, edges, stepHertz }: Spectrum, noise: Float64Array): void => {
    const { input } = fourier;
    input.fill(0);
    const top = Math.round(TOP_HERTZ / stepHertz);
    for (let band = 0; band < bands.length; band++) {
      const left = Math.max(0, 1 - (NOISE_SHARE * (noise[band] ?? 0)) / (bands[band] ?? 1));
      for (let index = edges[band] ?? 0; index < Math.min(top, edges[band + 1] ?? 0); index++) {
        const value = (power[index] ?? 0) * left;
        input[index] = value;
        input[SIZE - index] = value;
      }
    }
  };

  return {
    strength(spectrum, noise) {
      load(spectrum, noise);
      fourier.transform();
      const { real } = fourier;
      const total = (real[0] ?? 0) + 1e-9;
      let best = 0;
      for (let delay = shortest; delay <= longest; delay++) {
        const here = real[delay] ?? 0;
        if (here <= (real[delay - 1] ?? 0) || here < (real[delay + 1] ?? 0)) continue;
        best = Math.max(best, here / total / (overlaps[delay] ?? 1));
      }
      return best;
    },
  };
}

/** The autocorrelation of the window function itself, for each delay. */
function windowOverlaps(length: number): Float64Array {
  const shape = Array.from(
    { length },
    (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / length),
  );
  const at = (delay: number): number =>
    shape.reduce((sum, value, index) => sum + value * (shape[index + delay] ?? 0), 0);
  const whole = at(0);
  return Float64Array.from({ length: SIZE / 2 }, (_, delay) => Math.max(LEAST_OVERLAP, at(delay) / whole));
}
