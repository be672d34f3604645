import { describe, expect, test } from 'vitest';
import { createChannelMix, gainForPeaks } from '../../../src-main/audio/channel-mix.ts';
import { createMonoFolder } from '../../../src-main/audio/channel-sum.ts';
import { measureLevels } from '../../../src-main/audio/levels.ts';
import { bytesOf, samplesOf } from '../../../src-main/audio/pcm.ts';
import { createHops } from '../../../src-main/turns/hops.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { voiceLike } from '../repair/memory-file.ts';

const RATE = 16_000;
const voice = samplesOf(voiceLike(2 * RATE));
const noise = (seed: number) => samplesOf(seededBytes(seed, 2 * voice.length));
const rms = (samples: Int16Array) => measureLevels(bytesOf(samples)).rms;

/** Interleaves channels, each made of the frame's number. */
function interleave(...channels: readonly ((frame: number) => number)[]): Int16Array {
  return Int16Array.from({ length: voice.length * channels.length }, (_, index) =>
    Math.round(channels[index % channels.length]?.(Math.floor(index / channels.length)) ?? 0),
  );
}
const said = (frame: number) => voice[frame] ?? 0;

describe('one channel of several', () => {
  test.each([
    ['the right leg is the left one turned over', interleave(said, (at) => -said(at)), 1],
    ['it is turned over, and half as loud', interleave(said, (at) => -said(at) / 2), 0.75],
    ['both are the same', interleave(said, said), 1],
    ['only the right one carries anything', interleave(() => 0, said), 0.5],
    [
      'of four, two are turned over',
      interleave(
        said,
        (at) => -said(at),
        said,
        (at) => -said(at),
      ),
      1,
    ],
  ])('has the voice where %s', (_, samples, share) => {
    const channels = samples.length / voice.length;
    const mono = createMonoFolder(channels, RATE).fold(samples);
    expect(rms(mono) / rms(voice)).toBeCloseTo(share, 2);
  });

  test('of two sounds that have nothing to do with each other is their mean but for the first moment', () => {
    const [left, right] = [noise(1), noise(2)];
    const samples = interleave(
      (at) => (left[at] ?? 0) / 4,
      (at) => (right[at] ?? 0) / 4,
    );
    const mono = createMonoFolder(2, RATE).fold(samples);
    const mean = Int16Array.from(mono, (__, at) =>
      Math.round(((samples[2 * at] ?? 0) + (samples[2 * at + 1] ?? 0)) / 2),
    );
    expect(mono.subarray(RATE / 10)).toEqual(mean.subarray(RATE / 10));
  });

  test('is the same however the stream is cut', () => {
    const samples = interleave(said, (at) => -said(at) + ((at * 7919) % 200));
    const whole = createMonoFolder(2, RATE).fold(samples);
    const folder = createMonoFolder(2, RATE);
    const pieces = [0, 2, 322, 4000, 40_002, samples.length].flatMap((end, index, ends) => [
      ...folder.fold(samples.subarray(ends[index - 1] ?? 0, end)),
    ]);
    expect(Int16Array.from(pieces)).toEqual(whole);
  });

  test('is what a voice is looked for in', () => {
    const hops = createHops(RATE, 2);
    let loudest = 0;
    hops.take(0, bytesOf(interleave(said, (at) => -said(at))), () => {
      loudest = Math.max(loudest, ...hops.window.map(Math.abs));
    });
    expect(loudest).toBeGreaterThan(1000);
  });
});

describe('a recording of more channels than two', () => {
  const mixed = (samples: readonly number[], layout: string | undefined, peaks: readonly number[]) => {
    const mix = createChannelMix({ sampleRate: 1000, peaks, layout, gain: 1 });
    const made = [...mix.push(Float32Array.from(samples)), ...mix.flush()];
    return { channels: mix.channels, made };
  };

  test.each([
    [undefined, 1, [3277]],
    ['5.1', 2, [2317, 2317]],
    ['6 channels (FL+FR+FC+LFE+BL+BR)', 2, [2317, 2317]],
    ['a layout of the future', 1, [3277]],
  ])('of layout %s has its fourth channel in it', (layout, channels, first) => {
    const { made, ...rest } = mixed([0, 0, 0, 0.1, 0, 0], layout, [0, 0, 0, 0.1, 0, 0]);
    expect(rest.channels).toBe(channels);
    expect(made.slice(0, channels)).toEqual(first);
  });

  test('is never clipped, however many speak at once', () => {
    const samples = Array.from({ length: 6 * 400 }, (_, index) => Math.sin(Math.floor(index / 6) / 3));
    const { made } = mixed(samples, undefined, [1, 1, 1, 1, 1, 1]);
    expect(Math.max(...made.map(Math.abs))).toBeLessThan(32_700);
  });
});

test('only what is above full scale is scaled', () => {
  expect([gainForPeaks([0.5, 1]), gainForPeaks([0, 2]), gainForPeaks([NaN, Infinity, 0.1])]).toEqual([
    1,
    0.999 / 2,
    1,
  ]);
});
