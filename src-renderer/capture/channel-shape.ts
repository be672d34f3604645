import { createChannelSum, type ChannelSum } from '../../src-main/audio/channel-sum.ts';

/** Makes what the browser hands over as many channels as are recorded. */
export interface ChannelShape {
  /** One array a channel, all of one length, in and out; the same arrays where nothing is to be done. */
  shape(planes: readonly Float32Array[], sampleRate: number): readonly Float32Array[];
}

/**
 * One channel of several is their mean, none of which takes another away; one becomes two by being copied. A mono
 * microphone, and one whose sides are the same, come out as they were to the last bit.
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
