import { phaseTable } from '../../src-main/audio/windowed-sinc.ts';

/** Input samples on each side of an output sample. */
export const REACH_FRAMES = 16;
/** Kaiser window for about 80 dB. */
const KAISER_BETA = 8;
/** Rows of the filter's table; weights between two rows are interpolated. */
const PHASES = 512;
const TAPS = 2 * REACH_FRAMES;

/** Stretches or shrinks a stream of 16-bit samples very slightly, by a ratio that may change at any time. */
export interface VariableResampler {
  /**
   * Takes interleaved samples and returns the output so far. `step` input frames make one output frame. The last
   * REACH_FRAMES are held back until later samples are known.
   */
  process(samples: Int16Array, step: number): Int16Array<ArrayBuffer>;
  /** Ends the stream: returns the frames held back, and starts again. */
  flush(): Int16Array<ArrayBuffer>;
}

/**
 * A windowed sinc of full bandwidth, which is zero at the other samples. At a step of 1, from a whole position on,
 * every sample comes out unchanged.
 */
export function createVariableResampler(channels: 1 | 2): VariableResampler {
  // One more row, to interpolate towards.
  const table = phaseTable({
    ...{ phases: PHASES, rows: PHASES + 1, reach: REACH_FRAMES },
    ...{ cutoff: 1, beta: KAISER_BETA, isUnityGain: false },
  });
  /** Frames: the past, those held back, and the new ones. At first REACH_FRAMES of silence. */
  let pending = new Int16Array(REACH_FRAMES * channels);
  /** The next output frame's position in these. */
  let position = REACH_FRAMES;

  const weights = new Float64Array(TAPS);

  const weigh = (fraction: number): void => {
    const row = fraction * PHASES;
    const phase = Math.floor(row);
    const share = row - phase;
    const low = phase * TAPS;
    for (let tap = 0; tap < TAPS; tap += 1) {
      const weight = table[low + tap] ?? 0;
      weights[tap] = weight + ((table[low + TAPS + tap] ?? 0) - weight) * share;
    }
  };

  const makeUntil = (lastFrame: number, step: number): Int16Array<ArrayBuffer> => {
    const frames = Math.max(0, Math.floor((lastFrame - position) / step) + 1);
    const output = new Int16Array(frames * channels);
    for (let index = 0; index < frames; index += 1) {
      const frame = Math.floor(position);
      weigh(position - frame);
      for (let channel = 0; channel < channels; channel += 1) {
        const from = (frame - REACH_FRAMES + 1) * channels + channel;
        let sum = 0;
        for (let tap = 0; tap < TAPS; tap += 1)
          sum += (weights[tap] ?? 0) * (pending[from + tap * channels] ?? 0);
        output[index * channels + channel] = Math.max(-32_768, Math.min(32_767, Math.round(sum)));
      }
      position += step;
    }
    return output;
  };

  const append = (samples: Int16Array): void => {
    // Frames that no later output needs are dropped.
    const used = Math.max(0, Math.floor(position) - REACH_FRAMES);
    const kept = pending.subarray(used * channels);
    const next = new Int16Array(kept.length + samples.length);
    next.set(kept);
    next.set(samples, kept.length);
    pending = next;
    position -= used;
  };

  return {
    process(samples, step) {
      append(samples);
      return makeUntil(pending.length / channels - 1 - REACH_FRAMES, step);
    },
    flush() {
      const frames = pending.length / channels;
      const output = makeUntil(frames - 1, 1);
      pending = new Int16Array(REACH_FRAMES * channels);
      position = REACH_FRAMES;
      return output;
    },
  };
}
