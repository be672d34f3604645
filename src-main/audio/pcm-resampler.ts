import { createResampler, FILTER_REACH } from './resampler.ts';

/** The resampler for interleaved 16-bit samples: for copies, and for recognisers. */
export interface PcmResampler {
  /**
   * Takes interleaved int16, returns interleaved floats (-1 to 1). Samples that need later ones are kept for the next
   * call.
   */
  push(samples: Int16Array): Float32Array<ArrayBuffer>;
  /** Returns the rest, once no more samples come. */
  flush(): Float32Array<ArrayBuffer>;
}

/** Rates in frames a second. */
export function createPcmResampler(fromRate: number, toRate: number, channels: number): PcmResampler {
  const resampler = createResampler(fromRate, toRate, channels, FILTER_REACH.copy);
  return {
    push(samples) {
      const frames = samples.length / channels;
      const planes = Array.from({ length: channels }, () => new Float32Array(frames));
      planes.forEach((plane, channel) => {
        for (let frame = 0; frame < frames; frame += 1)
          plane[frame] = (samples[frame * channels + channel] ?? 0) / 32_768;
      });
      return interleaved(resampler.process(planes, frames));
    },
    flush: () => interleaved(resampler.flush()),
  };
}

function interleaved(planes: readonly Float32Array<ArrayBuffer>[]): Float32Array<ArrayBuffer> {
  const [first = new Float32Array()] = planes;
  if (planes.length === 1) return first;
  const samples = new Float32Array(first.length * planes.length);
  planes.forEach((plane, channel) => {
    for (let frame = 0; frame < plane.length; frame += 1)
      samples[frame * planes.length + channel] = plane[frame] ?? 0;
  });
  return samples;
}
