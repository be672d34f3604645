import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createResampler } from '../../../src-main/audio/resampler.ts';

function tone(hertz: number, rate: number, frames: number): Float32Array {
  return Float32Array.from({ length: frames }, (_, frame) => Math.sin((2 * Math.PI * hertz * frame) / rate));
}

/** Decibels of the output's loudness under a full-scale tone's, the ends left out. */
function outputLevel(hertz: number, fromRate: number, toRate: number): number {
  const [output = new Float32Array()] = createResampler(fromRate, toRate, 1).process(
    [tone(hertz, fromRate, fromRate)],
    fromRate,
  );
  const middle = output.subarray(output.length / 4, (output.length * 3) / 4);
  const meanSquare = middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length;
  return 10 * Math.log10(2 * meanSquare + 1e-20);
}

describe('resampler', () => {
  test.each([
    [48_000, 16_000],
    [44_100, 16_000],
    [44_100, 48_000],
    [16_000, 48_000],
  ])('speech keeps its loudness from %i to %i Hz', (fromRate, toRate) => {
    for (const hertz of [100, 1000, 3400, 6500])
      expect(Math.abs(outputLevel(hertz, fromRate, toRate)), `${hertz} Hz`).toBeLessThan(0.02);
  });

  test('sounds too high for a 16 kHz recording do not come back as other sounds', () => {
    for (const hertz of [8500, 10_000, 12_000, 15_500])
      for (const fromRate of [44_100, 48_000])
        expect(outputLevel(hertz, fromRate, 16_000), `${hertz} of ${fromRate} Hz`).toBeLessThan(-85);
  });

  test('what is recorded does not depend on the size of the pieces it came in', () => {
    const input = tone(440, 44_100, 5000);
    const [whole = []] = createResampler(44_100, 16_000, 1).process([input], input.length);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 20 }), (sizes) => {
        const resampler = createResampler(44_100, 16_000, 1);
        const output: number[] = [];
        let taken = 0;
        for (const size of [...sizes, input.length]) {
          const piece = input.subarray(taken, taken + size);
          output.push(...(resampler.process([piece], piece.length)[0] ?? []));
          taken += piece.length;
        }
        expect(output).toEqual([...whole]);
      }),
    );
  });

  test('an hour stays an hour', () => {
    const resampler = createResampler(44_100, 16_000, 2);
    let frames = 0;
    const piece = [new Float32Array(441), new Float32Array(441)];
    for (let hundredth = 0; hundredth < 6000; hundredth += 1)
      frames += resampler.process(piece, 441)[1]?.length ?? 0;
    expect(Math.abs(frames - 60 * 16_000)).toBeLessThan(100);
  });
});
