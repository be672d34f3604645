import { createFourier } from './fourier.ts';

/** Long enough to compare a window with itself at any delay without wrapping around. */
const SIZE = 512;
/** Edges of the bands, in hertz: narrow where voices have their first overtones, wide above. */
const EDGES = [100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700];
export const BAND_COUNT = EDGES.length - 1;
/** Least power of a band: below the rounding of 16-bit samples. */
const LEAST_POWER = 0.001;

/** The spectrum of one window. The next `measure` overwrites its arrays. */
export interface Spectrum {
  /** Of each frequency from 0 to half the rate: the mean square of samples that were white noise of that power. */
  readonly power: Float64Array;
  /** Mean power of each band. */
  readonly bands: Float64Array;
  /** The first index of each band in `power`, and one more for the end of the last band. */
  readonly edges: readonly number[];
  /** Hertz from one frequency to the next. */
  readonly stepHertz: number;
  /** Decibels of full scale between the lowest and the highest edge. */
  readonly level: number;
  measure(window: Float64Array): void;
}

export function createSpectrum(rate: number, windowLength: number): Spectrum {
  const fourier = createFourier(SIZE);
  const shape = Float64Array.from(
    { length: windowLength },
    (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (index + 0.5)) / windowLength),
  );
  const weight = shape.reduce((sum, value) => sum + value * value, 0);
  const stepHertz = rate / SIZE;
  const edges = EDGES.map((hertz) => Math.round(hertz / stepHertz));
  const power = new Float64Array(SIZE / 2 + 1);
  const bands = new Float64Array(BAND_COUNT);
  let level = -Infinity;

  return {
    power,
    bands,
    edges,
    stepHertz,
    get level() {
      return level;
    },
    measure(window) {
      for (let index = 0; index < windowLength; index++)
        fourier.input[index] = (window[index] ?? 0) * (shape[index] ?? 0);
      fourier.transform();
      for (let index = 0; index < power.length; index++)
        power[index] = ((fourier.real[index] ?? 0) ** 2 + (fourier.imaginary[index] ?? 0) ** 2) / weight;
      let total = 0;
      for (let band = 0; band < bands.length; band++) {
        const from = edges[band] ?? 0;
        const to = edges[band + 1] ?? 0;
        let sum = 0;
        for (let index = from; index < to; index++) sum += power[index] ?? 0;
        bands[band] = sum / (to - from) + LEAST_POWER;
        total += sum;
      }
      level = 10 * Math.log10((2 * total) / SIZE / 32_768 ** 2 + 1e-12);
    },
  };
}
