/** Transforms blocks of `size` real samples. The buffers belong to it, and the next call overwrites them. */
export interface Fourier {
  /** The samples to transform, as many as the block has. */
  readonly input: Float64Array;
  /** Of each frequency from 0 to half the sample rate. */
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  transform(): void;
}

/**
 * The discrete Fourier transform of real samples, as a complex one of half the size (Press et al., "Numerical Recipes",
 * 12.3). Allocates nothing once it has been made.
 * @param size a power of two, at least 4.
 */
export function createFourier(size: number): Fourier {
  const half = size / 2;
  const cosines = Float64Array.from({ length: half }, (_, index) => Math.cos((2 * Math.PI * index) / size));
  const sines = Float64Array.from({ length: half }, (_, index) => Math.sin((2 * Math.PI * index) / size));
  const places = Uint32Array.from({ length: half }, (_, index) => reversed(index, Math.log2(half)));
  const input = new Float64Array(size);
  const re = new Float64Array(half);
  const im = new Float64Array(half);
  const real = new Float64Array(half + 1);
  const imaginary = new Float64Array(half + 1);

  const butterflies = (): void => {
    for (let span = 2; span <= half; span *= 2) {
      const step = size / span;
      const reach = span / 2;
      // Each factor is used for all blocks before the next one: the first spans have many blocks and few factors.
      for (let index = 0; index < reach; index++) {
        const cosine = cosines[index * step] ?? 0;
        const sine = sines[index * step] ?? 0;
        for (let near = index; near < half; near += span) {
          const far = near + reach;
          const nearRe = re[near] ?? 0;
          const nearIm = im[near] ?? 0;
          const turnedRe = (re[far] ?? 0) * cosine + (im[far] ?? 0) * sine;
          const turnedIm = (im[far] ?? 0) * cosine - (re[far] ?? 0) * sine;
          re[far] = nearRe - turnedRe;
          im[far] = nearIm - turnedIm;
          re[near] = nearRe + turnedRe;
          im[near] = nearIm + turnedIm;
        }
      }
    }
  };

  return {
    input,
    real,
    imaginary,
    transform() {
      for (let index = 0; index < half; index++) {
        const place = 2 * (places[index] ?? 0);
        re[index] = input[place] ?? 0;
        im[index] = input[place + 1] ?? 0;
      }
      butterflies();
      for (let index = 0; index <= half; index++) {
        const near = index & (half - 1);
        const far = (half - index) & (half - 1);
        const evenRe = ((re[near] ?? 0) + (re[far] ?? 0)) / 2;
        const evenIm = ((im[near] ?? 0) - (im[far] ?? 0)) / 2;
        const oddRe = ((im[near] ?? 0) + (im[far] ?? 0)) / 2;
        const oddIm = ((re[far] ?? 0) - (re[near] ?? 0)) / 2;
        const cosine = index === half ? -1 : (cosines[index] ?? 0);
        const sine = index === half ? 0 : (sines[index] ?? 0);
        real[index] = evenRe + oddRe * cosine + oddIm * sine;
        imaginary[index] = evenIm + oddIm * cosine - oddRe * sine;
      }
    },
  };
}

function reversed(index: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) result |= ((index >> bit) & 1) << (bits - 1 - bit);
  return result;
}
