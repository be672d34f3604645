import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnoseWav } from '../../../src-main/repair/diagnose-wav.ts';
import type { RepairHints } from '../../../src-main/repair/finding.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { applyCure, chunk, memorySource, voiceLike, wavOf } from './memory-file.ts';

const audio = voiceLike(24_000);
const whole = wavOf(audio);
const label = Buffer.from('adtllabl\x0a\0\0\0\x01\0\0\0intro\0', 'latin1');
const markers = chunk('LIST', label);

async function examine(file: Buffer, hints: RepairHints = {}) {
  const finding = await diagnoseWav(memorySource(file), hints);
  if (finding === undefined) throw new Error('Not taken for a WAV');
  return { codes: finding.faults.map(({ code }) => code), cure: undefined, ...finding };
}

async function mend(file: Buffer, hints: RepairHints = {}) {
  const { codes, cure } = await examine(file, hints);
  const mended = applyCure(cure, file);
  expect((await examine(mended)).codes).toEqual([]);
  return { codes, mended };
}

describe('a header with wrong sizes gets true ones, and every sample and marker stays', () => {
  test.each([
    ['36 and 0, as a recorder leaves them that was killed', { riffBytes: 36, dataBytes: 0 }, 'zero-sizes'],
    ['0 and 0', { riffBytes: 0, dataBytes: 0 }, 'zero-sizes'],
    ['none, as a pipe leaves them', { riffBytes: 0xffffffff, dataBytes: 0xffffffff }, 'zero-sizes'],
    ['too many bytes', { dataBytes: audio.length + 5000 }, 'oversized'],
    ['too few bytes', { riffBytes: 36 + 20_000, dataBytes: 20_000 }, 'undersized'],
    ['a wrong size of the file alone', { riffBytes: 0 }, 'wrong-file-size'],
  ])('%s', async (_, fields, code) => {
    const plain = await mend(wavOf(audio, fields));
    expect(plain.codes).toEqual([code]);
    expect(plain.mended.equals(whole)).toBe(true);
    const marked = await mend(wavOf(audio, fields, markers));
    expect(marked.mended.equals(wavOf(audio, {}, markers))).toBe(true);
  });
});

describe('what is not audio behind the audio is left out', () => {
  test.each([
    ['one byte', Buffer.of(7)],
    ['text', Buffer.from('<html>404 not found</html>'.repeat(40))],
    ['an ID3 tag', Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x10\0'), seededBytes(3, 2048)])],
    ['zeros of a block never written', Buffer.alloc(4096 - 44)],
    ['noise', seededBytes(4, 9000)],
  ])('%s', async (_, garbage) => {
    const after = await mend(Buffer.concat([whole, garbage]));
    expect(after.codes).toEqual(['trailing-garbage']);
    expect(after.mended.equals(whole)).toBe(true);
    const withMarkers = wavOf(audio, {}, markers);
    expect((await mend(Buffer.concat([withMarkers, garbage]))).mended.equals(withMarkers)).toBe(true);
  });
});

test('a last frame that is cut is left out, and no other', async () => {
  const { codes, mended } = await mend(wavOf(Buffer.concat([audio, Buffer.of(9)])));
  expect(codes).toEqual(['partial-frame']);
  expect(mended.equals(whole)).toBe(true);
  const stereo = await mend(wavOf(audio.subarray(0, 40_002), { channels: 2 }));
  expect(stereo.mended.equals(wavOf(audio.subarray(0, 40_000), { channels: 2 }))).toBe(true);
});

test('an odd number of bytes gets the padding byte it lacks, also before markers', async () => {
  const odd = audio.subarray(0, 9999);
  const good = wavOf(odd, { bits: 8, riffBytes: 36 + 10_000 }, Buffer.alloc(1));
  expect((await examine(good)).codes).toEqual([]);
  for (const riffBytes of [36 + 9999, 36 + 10_000]) {
    const { codes, mended } = await mend(wavOf(odd, { bits: 8, riffBytes }));
    expect(codes).toEqual(['missing-pad']);
    expect(mended.equals(good)).toBe(true);
  }
  const { codes, mended } = await mend(wavOf(odd, { bits: 8 }, markers));
  expect(codes).toEqual(['missing-pad']);
  expect(mended.subarray(-markers.length).equals(markers)).toBe(true);
});

describe('a wrong rate', () => {
  test('is mended from the other figures of the header', async () => {
    const { codes, mended } = await mend(wavOf(audio, { sampleRate: 44_100, byteRate: 32_000 }));
    expect(codes).toEqual(['wrong-rate']);
    expect(mended.equals(whole)).toBe(true);
    const nonsense = await mend(wavOf(audio, { byteRate: 12_345, blockBytes: 7 }));
    expect(nonsense.codes).toEqual(['inconsistent-format']);
    expect(nonsense.mended.equals(whole)).toBe(true);
  });

  test('is left alone where nothing tells the true one, and mended where the user does', async () => {
    const hopeless = wavOf(audio, { sampleRate: 16_384_000, byteRate: 99 });
    const { cure, reason } = await examine(hopeless);
    expect(cure).toBeUndefined();
    expect(reason).toContain('--rate');
    expect((await mend(hopeless, { sampleRate: 16_000 })).mended.equals(whole)).toBe(true);
  });

  test('that the header states without contradiction is overruled only for a file that was named', async () => {
    const declared = wavOf(audio, { sampleRate: 48_000 });
    expect((await examine(declared, { sampleRate: 16_000 })).codes).toEqual([]);
    const { codes, mended } = await mend(declared, { sampleRate: 16_000, named: true });
    expect(codes).toEqual(['wrong-rate']);
    expect(mended.equals(whole)).toBe(true);
  });
});

test('swapped bytes are swapped back', async () => {
  const { codes, mended } = await mend(wavOf(Buffer.from(audio).swap16()));
  expect(codes).toEqual(['byte-swapped']);
  expect(mended.equals(whole)).toBe(true);
});

test('a header with nothing behind it is said to be beyond repair', async () => {
  expect(await examine(whole.subarray(0, 30))).toMatchObject({ codes: ['unreadable'], cure: undefined });
  expect(await examine(whole.subarray(0, 40))).toMatchObject({ codes: ['unreadable'], cure: undefined });
});

test('a header that declares thousands of channels of thousands of bits is not believed', async () => {
  const wild = Buffer.from(whole);
  for (const at of [23, 28, 35]) wild[at] = 0xff;
  const { codes, cure } = await examine(wild);
  expect(codes).toContain('inconsistent-format');
  expect(cure).toBeUndefined();
});

test('whatever becomes of a header, a repair is a healthy WAV of bytes that were in the file, and lasts', async () => {
  const short = wavOf(voiceLike(1500), {}, markers);
  const damage = fc.array(fc.tuple(fc.nat(short.length - 1), fc.nat(255)), { maxLength: 6 });
  const header = fc.array(fc.tuple(fc.nat(43), fc.constantFrom(0, 1, 2, 16, 36, 0x80, 0xff)), {
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(damage, header, fc.nat(short.length), async (anywhere, inHeader, length) => {
      const file = Buffer.from(short);
      for (const [at, byte] of [...anywhere, ...inHeader]) file[at] = byte;
      const cut = file.subarray(0, length < 12 ? short.length : length);
      const finding = await diagnoseWav(memorySource(cut), {});
      if (finding === undefined || finding.faults.length === 0) return;
      if (finding.cure === undefined) {
        expect(finding.reason).toBeTypeOf('string');
        return;
      }
      const again = await diagnoseWav(memorySource(applyCure(finding.cure, cut)), {});
      expect(again?.faults).toEqual([]);
    }),
    { numRuns: 1500 },
  );
});
