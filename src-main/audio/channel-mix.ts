import { createChannelSum } from './channel-sum.ts';
import { createLimiter } from './limiter.ts';

/** Positions of channels in the layouts that ffmpeg names, in their order (libavutil/channel_layout). */
const LAYOUTS: Readonly<Record<string, string>> = {
  '2.1': 'FL FR LFE',
  '3.0': 'FL FR FC',
  '3.0(back)': 'FL FR BC',
  '4.0': 'FL FR FC BC',
  quad: 'FL FR BL BR',
  'quad(side)': 'FL FR SL SR',
  '3.1': 'FL FR FC LFE',
  '5.0': 'FL FR FC BL BR',
  '5.0(side)': 'FL FR FC SL SR',
  '4.1': 'FL FR FC LFE BC',
  '5.1': 'FL FR FC LFE BL BR',
  '5.1(side)': 'FL FR FC LFE SL SR',
  '6.0': 'FL FR FC BC SL SR',
  '6.0(front)': 'FL FR FLC FRC SL SR',
  hexagonal: 'FL FR FC BL BR BC',
  '6.1': 'FL FR FC LFE BC SL SR',
  '6.1(back)': 'FL FR FC LFE BL BR BC',
  '6.1(front)': 'FL FR LFE FLC FRC SL SR',
  '7.0': 'FL FR FC BL BR SL SR',
  '7.0(front)': 'FL FR FC FLC FRC SL SR',
  '7.1': 'FL FR FC LFE BL BR SL SR',
  '7.1(wide)': 'FL FR FC LFE BL BR FLC FRC',
  '7.1(wide-side)': 'FL FR FC LFE FLC FRC SL SR',
  octagonal: 'FL FR FC BL BR BC SL SR',
};
/** -3 dB: the gain of a channel that belongs to both sides, or to neither front (ITU-R BS.775). */
const HALF_POWER = Math.SQRT1_2;

export interface ChannelMixOptions {
  readonly sampleRate: number;
  /** The largest magnitude of each channel; 1 is full scale. */
  readonly peaks: readonly number[];
  /**
   * ffmpeg's name of the layout. Undefined where the file declares none: the channels are then taken for microphones.
   */
  readonly layout: string | undefined;
  /** Every sample is multiplied by this first. */
  readonly gain: number;
}

/** Mixes any number of channels down to one or two. No channel is lost. */
export interface ChannelMix {
  readonly channels: 1 | 2;
  /**
   * Takes interleaved whole frames, -1 to 1. Returns interleaved signed 16-bit, delayed by the limiter's look-ahead.
   */
  push(samples: Float32Array): Int16Array;
  flush(): Int16Array;
}

/** A magnitude below which a channel carries nothing: -60 dB. */
const SILENT_PEAK = 0.001;

/**
 * One and two channels stay as they are. More channels of a declared layout become two, as in ITU-R BS.775, the
 * low-frequency channel included. Channels without a layout become one, each as loud as all channels with sound
 * together allow.
 */
export function createChannelMix({ sampleRate, peaks, layout, gain }: ChannelMixOptions): ChannelMix {
  const inputs = peaks.length;
  const scale = 32_768 * gain;
  if (inputs <= 2)
    return {
      channels: inputs === 2 ? 2 : 1,
      push: (samples) => Int16Array.from(samples, (sample) => toInt16(sample * scale)),
      flush: () => new Int16Array(0),
    };

  const positions = positionsOf(layout, inputs);
  const channels = positions === undefined ? 1 : 2;
  const limiter = createLimiter({ sampleRate, channels });
  const fill = positions === undefined ? microphones(inputs, sampleRate, peaks) : loudspeakers(positions);
  return {
    channels,
    push(samples) {
      const frames = Math.floor(samples.length / inputs);
      const sums = new Int32Array(frames * channels);
      for (let frame = 0; frame < frames; frame++)
        fill(samples, frame * inputs, scale, sums, frame * channels);
      return limiter.push(sums);
    },
    flush: () => limiter.flush(),
  };
}

type FillFrame = (samples: Float32Array, first: number, scale: number, sums: Int32Array, at: number) => void;

function microphones(inputs: number, sampleRate: number, peaks: readonly number[]): FillFrame {
  const carrying = peaks.filter((peak) => peak > SILENT_PEAK).length;
  const weight = 1 / Math.sqrt(Math.max(1, carrying));
  const channelSum = createChannelSum(inputs, sampleRate);
  return (samples, first, scale, sums, at) => {
    const sum = channelSum.next((channel) => samples[first + channel] ?? 0);
    sums[at] = Math.round(sum * weight * scale);
  };
}

function loudspeakers(positions: readonly string[]): FillFrame {
  const left = positions.map((position) => weightOf(position, 'L', 'R'));
  const right = positions.map((position) => weightOf(position, 'R', 'L'));
  return (samples, first, scale, sums, at) => {
    let [leftSum, rightSum] = [0, 0];
    for (let channel = 0; channel < positions.length; channel++) {
      const sample = samples[first + channel] ?? 0;
      leftSum += sample * (left[channel] ?? 0);
      rightSum += sample * (right[channel] ?? 0);
    }
    sums[at] = Math.round(leftSum * scale);
    sums[at + 1] = Math.round(rightSum * scale);
  };
}

function weightOf(position: string, side: 'L' | 'R', other: 'L' | 'R'): number {
  if (position === `F${side}`) return 1;
  return /^.[LR]C?$/.test(position) && position[1] === other ? 0 : HALF_POWER;
}

/** Undefined where the layout does not say the place of every channel. */
function positionsOf(layout: string | undefined, inputs: number): readonly string[] | undefined {
  if (layout === undefined) return undefined;
  const named = LAYOUTS[layout] ?? /\(([A-Z+]+)\)$/.exec(layout)?.[1]?.replaceAll('+', ' ');
  const positions = named?.split(' ');
  return positions?.length === inputs ? positions : undefined;
}

function toInt16(value: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(value)));
}

/** Notes the largest magnitude of each channel. */
export function createChannelPeaks(channels: number) {
  const peaks = new Float64Array(channels);
  let frames = 0;
  return {
    /** Interleaved whole frames, 1 being full scale. */
    push(samples: Float32Array): void {
      for (let index = 0; index < samples.length; index++) {
        const magnitude = Math.abs(samples[index] ?? 0);
        if (magnitude > (peaks[index % channels] ?? 0)) peaks[index % channels] = magnitude;
      }
      frames += samples.length / channels;
    },
    get peaks(): readonly number[] {
      return [...peaks];
    },
    get frames(): number {
      return frames;
    },
  };
}

/**
 * The level to which a sample above full scale is lowered: just below full scale, so that it does not count as clipped.
 */
const SCALED_PEAK = 0.999;

/**
 * The gain that brings samples of these peaks to full scale at most; 1 where none is above it. Infinite ones count as
 * full scale.
 */
export function gainForPeaks(peaks: readonly number[]): number {
  const peak = Math.max(0, ...peaks.filter(Number.isFinite));
  return peak > 1 ? SCALED_PEAK / peak : 1;
}

/** A gain in decibels, to the tenth. */
export function decibelsOf(gain: number): number {
  return Math.round(200 * Math.log10(gain)) / 10;
}
