import { createChannelSum, type ChannelSum } from '../../src-main/audio/channel-sum.ts';

/** Converts the browser's channels to the channels that are recorded. */
export interface ChannelShape {
  /** One array a channel, all of the same length, in and out. Returns the same arrays where nothing changes. */
  shape(planes: readonly Float32Array[], sampleRate: number): readonly Float32Array[];
}

/**
 * Several channels become one by their mean; a channel that is the inverse of another is turned over first. One
 * channel becomes two copies. A mono microphone, and one with two equal channels, stay the same to the last bit.
 */
export function createChannelShape(channels: 1 | 2): ChannelShape {
  let sum:
    { readonly of: number; readonly sampleRate: number; readonly next: ChannelSum['next'] } | undefined;

  return {
    shape(planes, sampleRate) {
      const [left, right] = planes;
      if (left === undefined) return [];
      if (channels === 2) return [left, right ?? left];
      if (right === undefined) return [left];
      const of = planes.length;
      if (sum?.of !== of || sum.sampleRate !== sampleRate)
        sum = { of, sampleRate, ...createChannelSum(of, sampleRate) };
      const { next } = sum;
      let frame = 0;
      const sampleAt = (channel: number): number => planes[channel]?.[frame] ?? 0;
      const mono = new Float32Array(left.length);
      for (; frame < mono.length; frame++) mono[frame] = next(sampleAt) / of;
      return [mono];
    },
  };
}
