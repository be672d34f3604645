import { phaseTable } from './windowed-sinc.ts';

/** Kaiser window for about 90 dB of attenuation, under the noise of 16 bits. */
const KAISER_BETA = 9;
/**
 * Half-power point, as a share of the lower rate's Nyquist frequency: the filter has fallen off where aliases would
 * begin.
 */
const CUTOFF = 0.94;

/**
 * How many frames of the lower rate, on either side, one output frame is made of. A longer filter falls off more
 * steeply and costs more. A recording is filtered once and kept, so it gets the long one; copies, and audio for
 * recognisers, can be made again from it.
 */
export const FILTER_REACH = { recording: 48, copy: 24 / CUTOFF };

/** Changes the rate of a stream of float samples, channel by channel, without changing its length in time. */
export interface Resampler {
  /**
   * Takes `frames` frames of each channel and returns those that are ready at the new rate. Their number is the length
   * of the arrays, which belong to the caller. The output lags by the filter's reach; nothing is lost between calls.
   */
  process(channelData: readonly Float32Array[], frames: number): Float32Array<ArrayBuffer>[];
  /** Ends the stream: returns the rest, so that the output is as long in time as the input. */
  flush(): Float32Array<ArrayBuffer>[];
}

/**
 * A polyphase windowed-sinc filter for any ratio of whole rates, in frames a second. Its delay is compensated. Browsers
 * resample with a much shorter one, whose aliases a recogniser hears, and only inside an audio context.
 */
export function createResampler(
  fromRate: number,
  toRate: number,
  channels: number,
  filterReach = FILTER_REACH.recording,
): Resampler {
  const divisor = greatestCommonDivisor(fromRate, toRate);
  const phases = toRate / divisor;
  const step = fromRate / divisor;
  const scale = Math.min(1, toRate / fromRate);
  const reach = Math.ceil(filterReach / scale);
  const taps = 2 * reach;
  const cutoff = scale * CUTOFF;
  const table = phaseTable({ phases, rows: phases, reach, cutoff, beta: KAISER_BETA, isUnityGain: true });

  let pending = Array.from({ length: channels }, () => new Float32Array(taps));
  // Silence before the first frame, so that the first output is centred on it.
  let filled = reach - 1;
  let base = 0;
  let phase = 0;
  let framesIn = 0;
  let framesOut = 0;

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

  const produce = (due: number): Float32Array<ArrayBuffer>[] => {
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
    framesOut += due;
    return output;
  };

  return {
    process(channelData, frames) {
      append(channelData, frames);
      framesIn += frames;
      return produce(dueFrames());
    },
    flush() {
      append([], reach + 1);
      return produce(Math.min(dueFrames(), Math.round((framesIn * toRate) / fromRate) - framesOut));
    },
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
