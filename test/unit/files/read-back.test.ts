import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createWavHeader } from '../../../src-main/audio/wav-header.ts';
import { encodeCueChunks } from '../../../src-main/files/cue-chunks.ts';
import { isReadBackAs } from '../../../src-main/files/read-back.ts';

const written = fc.record({
  shape: fc.record({
    sampleRate: fc.integer({ min: 8000, max: 192_000 }),
    channels: fc.integer({ min: 1, max: 2 }),
  }),
  frames: fc.integer({ min: 1, max: 2 ** 29 }),
  mayExceed4GiB: fc.boolean(),
  cuePoints: fc.array(fc.record({ frame: fc.nat(2 ** 31), label: fc.string({ maxLength: 8 }) }), {
    maxLength: 6,
  }),
});

test('a reader that is not ours finds what was written, and misses what was changed', () => {
  fc.assert(
    fc.property(written, ({ shape, frames, mayExceed4GiB, cuePoints }) => {
      const dataBytes = frames * 2 * shape.channels;
      const tail = encodeCueChunks(cuePoints);
      const head = createWavHeader({ ...shape, mayExceed4GiB }).forSizes(dataBytes, tail.length);
      const read = (other: object) => isReadBackAs({ shape, dataBytes, cuePoints, ...other }, head, tail);
      expect(read({})).toBe(true);
      expect(read({ shape: { ...shape, sampleRate: shape.sampleRate + 1 } })).toBe(false);
      expect(read({ shape: { ...shape, channels: 3 - shape.channels } })).toBe(false);
      expect(read({ dataBytes: dataBytes + 2 })).toBe(false);
      expect(read({ cuePoints: [...cuePoints, { frame: 5, label: '' }] })).toBe(false);
    }),
  );
});

test('what is no WAV, or none of 16-bit PCM, is not what was written', () => {
  const shape = { sampleRate: 16_000, channels: 1 };
  const head = Buffer.from(createWavHeader({ ...shape, mayExceed4GiB: false }).forSizes(64, 0));
  const read = (bytes: Uint8Array) =>
    isReadBackAs({ shape, dataBytes: 64, cuePoints: [] }, bytes, head.subarray(0, 0));
  expect(read(head)).toBe(true);
  expect(read(head.subarray(0, 30))).toBe(false);
  head.writeUInt16LE(3, 20);
  expect(read(head)).toBe(false);
});
