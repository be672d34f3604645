import fc from 'fast-check';
import { expect, test } from 'vitest';
import wavefile from 'wavefile';
import { encodeCueChunks } from '../../../src-main/files/cue-chunks.ts';

const RATE = 1000;

test('cue points are written as another writer of WAV writes them', () => {
  const point = fc.record({
    frame: fc.nat(3_600_000),
    label: fc.string({ maxLength: 20, unit: fc.constantFrom('a', 'é', ' ', 'ü', '~', 'ñ', '?') }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(point, { minLength: 1, maxLength: 12, selector: ({ frame }) => frame }),
      (points) => {
        const wav = new wavefile.WaveFile();
        wav.fromScratch(1, RATE, '16', []);
        const headerBytes = wav.toBuffer().length;
        for (const { frame, label } of points) wav.setCuePoint({ position: frame, label });
        expect(encodeCueChunks(points)).toEqual(Buffer.from(wav.toBuffer()).subarray(headerBytes));
      },
    ),
  );
});

test('ten thousand of them are told apart', () => {
  const points = Array.from({ length: 10_000 }, (_, index) => ({
    frame: index * 16,
    label: `Marker ${index + 1}`,
  }));
  const chunks = encodeCueChunks(points);
  expect(chunks.readUInt32LE(4)).toBe(4 + 10_000 * 24);
  expect(chunks.readUInt32LE(12 + 9_999 * 24 + 20)).toBe(9_999 * 16);
  expect(chunks.toString('latin1')).toContain('Marker 10000\0');
});
