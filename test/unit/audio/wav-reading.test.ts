import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBytes } from '../../../src-main/audio/bytes-parser.ts';
import { isRefusal, parseWavChunks } from '../../../src-main/audio/wav-chunks.ts';
import { createWavHeader } from '../../../src-main/audio/wav-header.ts';
import { parseWavLayout, STRICT } from '../../../src-main/audio/wav-layout.ts';
import { LENIENT } from '../../../src-main/audio/wav-lenient.ts';
import { parseWaveFormat, patchWaveFormat, pcm16Format } from '../../../src-main/audio/wave-format.ts';
import { chunk, wavOf } from '../repair/memory-file.ts';

const strict = (bytes: Uint8Array, fileBytes = bytes.length) => parseBytes(parseWavLayout(fileBytes), bytes);
const lenient = (bytes: Uint8Array) => parseBytes(parseWavChunks(bytes.length, LENIENT), bytes);

test('a header is read back as it was written, at any length, before and behind 4 GiB', () => {
  const written = fc.record({
    sampleRate: fc.integer({ min: 8000, max: 192_000 }),
    channels: fc.integer({ min: 1, max: 2 }),
    frames: fc.oneof(
      fc.nat(1000),
      fc.integer({ min: 0, max: 2 ** 29 }),
      fc.integer({ min: 2 ** 31, max: 2 ** 38 }),
    ),
    trailingBytes: fc.nat(4096).map((half) => 2 * half),
  });
  fc.assert(
    fc.property(written, ({ sampleRate, channels, frames, trailingBytes }) => {
      const dataBytes = frames * 2 * channels;
      for (const mayExceed4GiB of dataBytes < 2 ** 32 - 2 ** 21 ? [false, true] : [true]) {
        const header = createWavHeader({ sampleRate, channels, mayExceed4GiB });
        const head = header.forSizes(dataBytes, trailingBytes);
        const layout = strict(head, head.length + dataBytes + trailingBytes);
        expect(layout).toEqual({
          ...{ formatTag: 1, bitsPerSample: 16, channels, sampleRate },
          ...{ dataOffset: header.byteLength, declaredDataBytes: dataBytes, dataBytes },
        });
        const chunks = parseBytes(parseWavChunks(head.length + dataBytes + trailingBytes, LENIENT), head);
        expect(chunks).toMatchObject({
          declaredRiffBytes: head.length - 8 + dataBytes + trailingBytes,
          data: { offset: header.byteLength, declared: dataBytes },
        });
      }
    }),
  );
});

test('a format is read back as it was written, and what stands behind its fields is kept', () => {
  const field = (bits: number) => fc.nat(2 ** bits - 1);
  const fields = fc.record({
    channels: field(16),
    sampleRate: field(32),
    byteRate: field(32),
    blockBytes: field(16),
  });
  fc.assert(
    fc.property(fields, fc.uint8Array({ maxLength: 30 }), (changed, behind) => {
      const content = Buffer.concat([pcm16Format(48_000, 2), behind]);
      const patched = patchWaveFormat(content, { ...parseWaveFormat(content), ...changed });
      expect(parseWaveFormat(patched)).toEqual({ ...changed, tag: 1, bitsPerSample: 16 });
      expect(Buffer.from(patched.subarray(16))).toEqual(Buffer.from(behind));
    }),
  );
});

describe('what the lenient way mends, the strict one refuses', () => {
  const samples = fc.uint8Array({ minLength: 8, maxLength: 64 }).map((bytes) => Buffer.from(bytes).fill(7));

  test('a chunk without its padding byte', () => {
    fc.assert(
      fc.property(samples, fc.nat(20), (audio, half) => {
        const whole = wavOf(audio);
        const odd = chunk('LIST', Buffer.alloc(2 * half + 1, 0x41)).subarray(0, -1);
        const unpadded = Buffer.concat([whole.subarray(0, 12), odd, whole.subarray(12)]);
        expect(strict(unpadded)).toHaveProperty('refusal');
        expect(lenient(unpadded)).toMatchObject({
          unpadded: 'LIST',
          data: { offset: 44 + odd.length, declared: audio.length },
        });
      }),
    );
  });

  test('a chunk whose size leads nowhere', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1000, max: 2 ** 32 - 2 }), (audio, size) => {
        const whole = wavOf(audio);
        const lost = chunk('JUNK', Buffer.alloc(10));
        lost.writeUInt32LE(size, 4);
        const broken = Buffer.concat([whole.subarray(0, 36), lost, whole.subarray(36)]);
        expect(strict(broken)).toEqual({ refusal: 'it has no data chunk' });
        expect(lenient(broken)).toMatchObject({
          data: { offset: 44 + lost.length, declared: audio.length },
        });
      }),
    );
  });

  test('BW64', () => {
    const bytes = wavOf(Buffer.alloc(8));
    bytes.write('BW64', 0, 'latin1');
    expect(strict(bytes)).toHaveProperty('refusal');
    expect(lenient(bytes)).toMatchObject({ form: 'BW64', data: { offset: 44, declared: 8 } });
  });
});

test('whatever the bytes, what the strict way reads lies within the file, and the lenient way finds the same', () => {
  const audio = Buffer.alloc(64, 5);
  const change = fc.record({ at: fc.nat(47), to: fc.constantFrom(0, 1, 2, 7, 16, 0x7f, 0x80, 0xfe, 0xff) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 4 }), fc.nat(108), (changes, cut) => {
      const bytes = wavOf(audio);
      for (const { at, to } of changes) bytes[at] = to;
      const file = bytes.subarray(0, bytes.length - cut);
      const layout = strict(file);
      if (isRefusal(layout)) return;
      expect(layout.dataOffset + layout.dataBytes).toBeLessThanOrEqual(file.length);
      expect(layout.dataBytes % ((layout.channels * layout.bitsPerSample) / 8)).toBe(0);
      expect(parseBytes(parseWavChunks(file.length, STRICT), file)).toMatchObject({
        data: { offset: layout.dataOffset, declared: layout.declaredDataBytes },
      });
      expect(lenient(file)).toMatchObject({ data: { offset: layout.dataOffset } });
    }),
    { numRuns: 500 },
  );
});
