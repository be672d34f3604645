import { describe, expect, test } from 'vitest';
import { createVariableResampler, REACH_FRAMES } from '../../../src-renderer/capture/variable-resampler.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const RATE = 16_000;

/** Feeds samples in chunks of uneven length, and gives all that comes out. */
function resample(samples: Int16Array, step: number, channels: 1 | 2 = 1): Int16Array {
  const resampler = createVariableResampler(channels);
  const output: number[] = [];
  for (let from = 0, length = 37; from < samples.length; from += length * channels, length = 1600)
    output.push(...resampler.process(samples.subarray(from, from + length * channels), step));
  return Int16Array.from([...output, ...resampler.flush()]);
}

const tone = (hertz: number, seconds: number) =>
  Int16Array.from({ length: RATE * seconds }, (_, frame) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hertz * frame) / RATE)),
  );

describe('variable resampler', () => {
  test('at a step of 1 every sample comes out as it went in, both channels', () => {
    const random = seededRandom(7);
    const noise = Int16Array.from({ length: 20_000 }, () => Math.floor(random() * 65_536) - 32_768);
    expect(resample(noise, 1)).toEqual(noise);
    expect(resample(noise, 1, 2)).toEqual(noise);
  });

  test.each([-300e-6, -20e-6, 200e-6, 1e-3])(
    'at a stretch of %f a tone is where it should be, to a hundredth of a sample, and nothing is added to it',
    (stretch) => {
      const hertz = 1234;
      const output = resample(tone(hertz, 10), 1 / (1 + stretch));
      expect(Math.abs(output.length - 10 * RATE * (1 + stretch))).toBeLessThan(2);
      // Against the same tone, computed at the stretched positions.
      let worst = 0;
      for (let frame = REACH_FRAMES; frame < output.length - 2 * REACH_FRAMES; frame += 1) {
        const wanted = 10_000 * Math.sin((2 * Math.PI * hertz * frame) / (1 + stretch) / RATE);
        worst = Math.max(worst, Math.abs((output[frame] ?? 0) - wanted));
      }
      // A hundredth of a sample at this pitch is 48; rounding alone is 0.5.
      expect(worst).toBeLessThan(5);
    },
  );

  test('the step may change at every chunk without a click', () => {
    const resampler = createVariableResampler(1);
    const input = tone(300, 4);
    const output: number[] = [];
    for (let from = 0, turn = 0; from < input.length; from += 1600, turn += 1)
      output.push(
        ...resampler.process(input.subarray(from, from + 1600), 1 + (turn % 2 === 0 ? 5e-4 : -5e-4)),
      );
    const steepest = (2 * Math.PI * 300 * 10_000) / RATE;
    const jumps = output.slice(1).map((value, index) => Math.abs(value - (output[index] ?? 0)));
    expect(Math.max(...jumps)).toBeLessThan(steepest * 1.01 + 1);
  });
});
