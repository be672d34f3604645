import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPeakMeter, drawnPeaks, PEAKS_PER_SECOND } from '../../../src-main/audio/peaks.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

test('a waveform shows each sample in its twentieth of a second, however the audio came', () => {
  const run = fc.record({
    seed: fc.integer({ min: 1, max: 1e6 }),
    sampleRate: fc.constantFrom(8000, 11_025, 16_000, 44_100, 48_000),
    channels: fc.constantFrom(1, 2),
    startMs: fc.constantFrom(0, 50, 333.3125, 1000),
    frames: fc.integer({ min: 1, max: 20_000 }),
    cuts: fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 10 }),
  });
  fc.assert(
    fc.property(run, ({ seed, sampleRate, channels, startMs, frames, cuts }) => {
      const pcm = seededBytes(seed, frames * channels * 2);
      const slots = new Uint16Array(Math.ceil((startMs / 1000 + frames / sampleRate) * PEAKS_PER_SECOND) + 1);
      const add = createPeakMeter(slots, { sampleRate, channels, startMs });
      for (let from = 0, cut = 0; from < frames; cut++) {
        const taken = cuts[cut % cuts.length] ?? 1;
        add(pcm.subarray(from * channels * 2, (from + taken) * channels * 2));
        from += taken;
      }
      const expected = new Uint16Array(slots.length);
      for (let sample = 0; sample < frames * channels; sample++) {
        const seconds = startMs / 1000 + Math.floor(sample / channels) / sampleRate;
        const slot = Math.floor(seconds * PEAKS_PER_SECOND + 1e-6);
        const magnitude = Math.min(32_767, Math.abs(pcm.readInt16LE(sample * 2)));
        expected[slot] = Math.max(expected[slot] ?? 0, magnitude);
      }
      expect(slots).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('drawn with fewer points nothing loud is lost, with more nothing is made up', () => {
  const slots = Uint16Array.from([0, 16_384, 0, 0, 32_767, 0, 0]);
  expect(drawnPeaks(slots, 7)).toEqual([0, 0.5, 0, 0, 1, 0, 0]);
  expect(drawnPeaks(slots, 1)).toEqual([1]);
  expect(drawnPeaks(slots, 3)).toEqual([0.5, 1, 1]);
  expect(drawnPeaks(slots, 14).filter((peak) => peak > 0)).toEqual([0.5, 0.5, 1, 1]);
  expect(drawnPeaks(new Uint16Array(0), 3)).toEqual([0, 0, 0]);
});
