export interface PhaseTableOptions {
  /** Steps in which the distance between two input frames is divided. */
  readonly phases: number;
  /** Rows of the table: `phases`, or one more for whoever interpolates between two. */
  readonly rows: number;
  /** Input frames on either side of an output frame that it is made of. */
  readonly reach: number;
  /** Where the filter falls, as a share of the input's Nyquist frequency. */
  readonly cutoff: number;
  /** Of the Kaiser window. */
  readonly beta: number;
  /** Whether the weights of each row add up to 1, so that a constant passes unchanged. */
  readonly isUnityGain: boolean;
}

/**
 * The kernel of every resampler: a sinc under a Kaiser window, sampled once for each phase (J. O. Smith, "Digital Audio
 * Resampling"). Row `phase` holds the `2 * reach` weights of the input frames around an output frame that lies
 * `phase / phases` behind the one with index `reach - 1`.
 */
export function phaseTable(options: PhaseTableOptions): Float32Array {
  const { phases, rows, reach, cutoff, beta, isUnityGain } = options;
  const taps = 2 * reach;
  const table = new Float32Array(rows * taps);
  for (let phase = 0; phase < rows; phase += 1) {
    const weights = Array.from({ length: taps }, (_, tap) => {
      const distance = tap - (reach - 1) - phase / phases;
      return sinc(cutoff * distance) * kaiser(distance / reach, beta);
    });
    const gain = isUnityGain ? weights.reduce((total, weight) => total + weight, 0) : 1;
    weights.forEach((weight, tap) => {
      table[phase * taps + tap] = weight / gain;
    });
  }
  return table;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The Kaiser window at `x` in -1..1; a greater `beta` attenuates more and falls less steeply. */
function kaiser(x: number, beta: number): number {
  return Math.abs(x) >= 1 ? 0 : bessel(beta * Math.sqrt(1 - x * x)) / bessel(beta);
}

/** The modified Bessel function of the first kind, order 0, by its power series. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
