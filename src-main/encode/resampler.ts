/** Changes the rate of a stream of interleaved samples without changing its length in time. */
export interface Resampler {
  /** Interleaved int16 in, interleaved floats (-1 to 1) out; what needs later samples is kept for the next call. */
  push(samples: Int16Array): Float32Array<ArrayBuffer>;
  /** What remains, once nothing more will come. */
  flush(): Float32Array<ArrayBuffer>;
}

/** Zero crossings of the sinc on each side: about 90 dB of rejection with the window below. */
const ZERO_CROSSINGS = 24;
const KAISER_BETA = 9;
/** Keeps the transition band of the filter below half the lower rate. */
const CUTOFF = 0.94;

/** A polyphase windowed-sinc filter (J. O. Smith, "Digital Audio Resampling"). Its delay is compensated. */
export function createResampler(fromRate: number, toRate: number, channels: number): Resampler {
  const divisor = greatestCommonDivisor(fromRate, toRate);
  const [step, phases] = [fromRate / divisor, toRate / divisor];
  const cutoff = Math.min(1, toRate / fromRate) * CUTOFF;
  const reach = Math.ceil(ZERO_CROSSINGS / cutoff);
  const taps = 2 * reach;
  const filters = phaseFilters(phases, reach, cutoff);

  // The first `reach` frames of history are the silence before the beginning.
  let history = new Float32Array((reach - 1) * channels);
  let historyStart = -(reach - 1);
  let framesIn = 0;
  let framesOut = 0;

  const produce = (until: number): Float32Array<ArrayBuffer> => {
    const historyEnd = historyStart + history.length / channels;
    const output: number[] = [];
    for (; framesOut < until; framesOut++) {
      const position = framesOut * step;
      const base = Math.floor(position / phases);
      if (base + reach >= historyEnd) break;
      const filter = (position % phases) * taps;
      const first = (base - reach + 1 - historyStart) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let tap = 0; tap < taps; tap++) {
          sum += (filters[filter + tap] ?? 0) * (history[first + tap * channels + channel] ?? 0);
        }
        output.push(sum);
      }
    }
    const oldest = Math.floor((framesOut * step) / phases) - reach + 1;
    const spent = Math.min(Math.max(oldest - historyStart, 0), history.length / channels);
    history = history.slice(spent * channels);
    historyStart += spent;
    return Float32Array.from(output);
  };

  const append = (count: number, sample: (index: number) => number): void => {
    const longer = new Float32Array(history.length + count);
    longer.set(history);
    for (let index = 0; index < count; index++) longer[history.length + index] = sample(index);
    history = longer;
  };

  return {
    push(samples) {
      framesIn += samples.length / channels;
      append(samples.length, (index) => (samples[index] ?? 0) / 32768);
      return produce(Infinity);
    },
    flush() {
      append((reach + 1) * channels, () => 0);
      return produce(Math.round((framesIn * toRate) / fromRate));
    },
  };
}

function phaseFilters(phases: number, reach: number, cutoff: number): Float32Array {
  const taps = 2 * reach;
  const filters = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase++) {
    let sum = 0;
    const filter = filters.subarray(phase * taps, (phase + 1) * taps);
    for (let tap = 0; tap < taps; tap++) {
      const distance = tap - reach + 1 - phase / phases;
      const angle = Math.PI * distance * cutoff;
      const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
      const window = kaiser(distance / reach);
      filter[tap] = sinc * window;
      sum += sinc * window;
    }
    // Each phase passes a constant unchanged, so that the level does not ripple from frame to frame.
    for (let tap = 0; tap < taps; tap++) filter[tap] = (filter[tap] ?? 0) / sum;
  }
  return filters;
}

function kaiser(x: number): number {
  if (Math.abs(x) >= 1) return 0;
  return bessel0(KAISER_BETA * Math.sqrt(1 - x * x)) / bessel0(KAISER_BETA);
}

/** The modified Bessel function of order zero, by its series. */
function bessel0(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
