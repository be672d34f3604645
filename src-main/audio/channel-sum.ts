/**
 * The time in which the polarity of a channel is decided: a few periods of the deepest voice. Long enough to accept a
 * wide stereo picture, short enough for the first word.
 */
const MEMORY_SECONDS = 0.05;
/**
 * Below this correlation a channel counts as the inverse of those before it; above the second value it does not any
 * more.
 */
const INVERTED_BELOW = -0.8;
const UPRIGHT_ABOVE = -0.2;
/**
 * The polarity is decided only after this many samples that are not zero: fewer may be inverse by chance, as the noise
 * of two microphones.
 */
const LEAST_SAMPLES = 32;

/** Adds up the channels of a frame so that they do not cancel each other. */
export interface ChannelSum {
  /** @param sample gives a channel's sample of the next frame, any scale. */
  next(sample: (channel: number) => number): number;
}

/**
 * A channel that is the inverse of those before it is turned over before it is added: two legs of one balanced line, or
 * two microphones wired differently, add up instead of cancelling. Causal, and the same however a stream is cut.
 * @param sampleRate frames a second.
 */
export function createChannelSum(channels: number, sampleRate: number): ChannelSum {
  const forget = Math.exp(-1 / (MEMORY_SECONDS * sampleRate));
  const cross = new Float64Array(channels);
  const energy = new Float64Array(channels);
  /** The energy of what was summed before the channel. */
  const summedEnergy = new Float64Array(channels);
  /** How many of the remembered samples are not zero. */
  const heard = new Float64Array(channels);
  const inverted = new Uint8Array(channels);

  return {
    next(sample) {
      let sum = sample(0);
      for (let channel = 1; channel < channels; channel++) {
        const value = sample(channel);
        const crossed = (cross[channel] = (cross[channel] ?? 0) * forget + sum * value);
        const own = (energy[channel] = (energy[channel] ?? 0) * forget + value * value);
        const others = (summedEnergy[channel] = (summedEnergy[channel] ?? 0) * forget + sum * sum);
        const samples = (heard[channel] = (heard[channel] ?? 0) * forget + (value === 0 ? 0 : 1));
        const limit = inverted[channel] === 1 ? UPRIGHT_ABOVE : INVERTED_BELOW;
        // Compared squared: a root for every sample would cost more than all else.
        const isInverse = crossed < 0 && crossed * crossed > limit * limit * own * others;
        inverted[channel] = isInverse && samples > LEAST_SAMPLES ? 1 : 0;
        sum += inverted[channel] === 1 ? -value : value;
      }
      return sum;
    },
  };
}

/** Makes one channel of several, for everything that listens to speech. */
export interface MonoFolder {
  /** Interleaved whole frames, signed 16-bit, in; one sample a frame out. The same array where there is one channel. */
  fold(samples: Int16Array): Int16Array;
}

/** The mean of the channels. Channels do not cancel each other. */
export function createMonoFolder(channels: number, sampleRate: number): MonoFolder {
  if (channels === 1) return { fold: (samples) => samples };
  const channelSum = createChannelSum(channels, sampleRate);
  return {
    fold(samples) {
      const mono = new Int16Array(Math.floor(samples.length / channels));
      let first = 0;
      const sample = (channel: number): number => samples[first + channel] ?? 0;
      for (let frame = 0; frame < mono.length; frame++, first += channels)
        mono[frame] = Math.max(-32768, Math.min(32767, Math.round(channelSum.next(sample) / channels)));
      return mono;
    },
  };
}
