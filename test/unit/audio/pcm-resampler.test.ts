import { expect, test } from 'vitest';
import { createPcmResampler } from '../../../src-main/audio/pcm-resampler.ts';

function sine(hertz: number, sampleRate: number, frames: number): Int16Array {
  return Int16Array.from({ length: frames }, (_, frame) =>
    Math.round(16_384 * Math.sin((2 * Math.PI * hertz * frame) / sampleRate)),
  );
}

/** In pieces of uneven size, as a stream comes. */
function resample(samples: Int16Array, from: number, to: number, channels = 1): number[] {
  const resampler = createPcmResampler(from, to, channels);
  const output: number[] = [];
  for (let start = 0, size = 1; start < samples.length; size = (size * 7) % 997) {
    const end = Math.min(start + size * channels, samples.length);
    output.push(...resampler.push(samples.subarray(start, end)));
    start = end;
  }
  output.push(...resampler.flush());
  return output;
}

test.each([
  [8000, 24_000],
  [8000, 22_050],
  [11_025, 24_000],
  [12_345, 22_050],
  [96_000, 48_000],
  [192_000, 44_100],
])('a tone is the same tone, in time and level, from %d Hz at %d Hz', (from, to) => {
  const frames = Math.round(from / 2);
  const output = resample(sine(1000, from, frames), from, to);
  expect(output).toHaveLength(Math.round((frames * to) / from));
  let worst = 0;
  for (let frame = 200; frame < output.length - 200; frame++) {
    const expected = 0.5 * Math.sin((2 * Math.PI * 1000 * frame) / to);
    worst = Math.max(worst, Math.abs((output[frame] ?? 0) - expected));
  }
  // Two steps of int16, one of which the source was rounded by.
  expect(worst).toBeLessThan(2 / 32_768);
});

test('what a lower rate cannot carry is silenced, not folded into the speech', () => {
  const output = resample(sine(30_000, 96_000, 48_000), 96_000, 48_000);
  expect(Math.max(...output.slice(500, -500).map(Math.abs))).toBeLessThan(0.5 * 10 ** (-70 / 20));
});

test('left and right stay apart', () => {
  const left = sine(1000, 8000, 4000);
  const stereo = Int16Array.from({ length: 8000 }, (_, index) =>
    index % 2 === 0 ? (left[index / 2] ?? 0) : 0,
  );
  const output = resample(stereo, 8000, 24_000, 2);
  expect(output.filter((_, index) => index % 2 === 1).every((value) => value === 0)).toBe(true);
  expect(output.filter((_, index) => index % 2 === 0)).toEqual(resample(left, 8000, 24_000));
});
