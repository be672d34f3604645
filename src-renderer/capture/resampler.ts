import { kaiser, sinc } from './windowed-sinc.ts';

/** Zero crossings of the sinc on either side: a longer filter falls off more steeply. */
const ZERO_CROSSINGS = 48;
/** Kaiser window for about 90 dB of attenuation, under the noise of 16 bits. */
const KAISER_BETA = 9;
/** Half-power point, as a share of the lower rate's Nyquist frequency: the fall ends where aliases would begin. */
const CUTOFF = 0.94;

/** Changes the rate of a stream of float samples, channel by channel. */
export interface Resampler {
  /**
   * Takes `frames` frames of each channel and returns those that are due at the new rate; how many is the length of
   * the arrays, which are the caller's. The output lags about 1 ms; nothing is lost between calls.
   */
  process(channelData: readonly Float32Array[], frames: number): Float32Array[];
}

/**
 * A polyphase windowed-sinc filter for any ratio of whole rates. Browsers resample with a much shorter one, whose
 * aliases a recogniser hears, and only inside an audio context.
 */
export function createResampler(fromRate: number, toRate: number, channels: number): Resampler {
  const divisor = greatestCommonDivisor(fromRate, toRate);
  const phases = toRate / divisor;
  const step = fromRate / divisor;
  const scale = Math.min(1, toRate / fromRate);
  const halfTaps = Math.ceil(ZERO_CROSSINGS / scale);
  const taps = 2 * halfTaps;
  const table = filterTable(phases, halfTaps, scale * CUTOFF);

  let pending = Array.from({ length: channels }, () => new Float32Array(taps));
  // Silence before the first frame, so that the first output is centred on it.
  let filled = halfTaps - 1;
  let base = 0;
  let phase = 0;

  const append = (channelData: readonly Float32Array[], frames: number) => {
    const needed = filled + frames;
    pending = pending.map((samples, channel) => {
      const room = samples.length >= needed ? samples : new Float32Array(needed * 2);
      if (room !== samples) room.set(samples.subarray(0, filled));
      const input = channelData[channel];
      if (input === undefined) room.fill(0, filled, needed);
      else room.set(input.subarray(0, frames), filled);
      return room;
    });
    filled = needed;
  };

  const dueFrames = () => {
    const lastBase = filled - taps;
    return lastBase < base ? 0 : Math.floor(((lastBase - base + 1) * phases - phase - 1) / step) + 1;
  };

  return {
    process(channelData, frames) {
      append(channelData, frames);
      const due = dueFrames();
      const output = pending.map(() => new Float32Array(due));
      for (let frame = 0; frame < due; frame += 1) {
        for (let channel = 0; channel < channels; channel += 1) {
          const samples = pending[channel];
          const into = output[channel];
          if (samples === undefined || into === undefined) continue;
          let sum = 0;
          for (let tap = 0; tap < taps; tap += 1)
            sum += (table[phase * taps + tap] ?? 0) * (samples[base + tap] ?? 0);
          into[frame] = sum;
        }
        phase += step;
        base += Math.floor(phase / phases);
        phase %= phases;
      }
      const used = Math.min(base, filled);
      for (const samples of pending) samples.copyWithin(0, used, filled);
      filled -= used;
      base -= used;
      return output;
    },
  };
}

/** For each phase, the weights of the taps around it; each phase sums to one, so level and offset stay. */
function filterTable(phases: number, halfTaps: number, cutoff: number): Float32Array {
  const taps = 2 * halfTaps;
  const table = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase += 1) {
    const weights = Array.from({ length: taps }, (_, tap) => {
      const distance = tap - (halfTaps - 1) - phase / phases;
      return sinc(cutoff * distance) * kaiser(distance / halfTaps, KAISER_BETA);
    });
    const sum = weights.reduce((total, weight) => total + weight, 0);
    weights.forEach((weight, tap) => {
      table[phase * taps + tap] = weight / sum;
    });
  }
  return table;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
