import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import wavefile from 'wavefile';
import { createWavHeader } from '../../../src-main/audio/wav-header.ts';
import { heldAudio } from '../../../src-renderer/session/held-audio.ts';

// Recovery tells a sound header from a damaged one byte for byte: what is written here is what was written before.

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

test.each([
  [16_000, 1, false, 0, 0, 'ba584a378b11d9e9'],
  [16_000, 1, false, 32_000, 0, 'aba0af391eba2820'],
  [44_100, 2, false, 176_400, 58, 'c12f8e12bd27666f'],
  [48_000, 2, true, 192_000, 0, '35c554dde7e3b291'],
  [48_000, 2, true, 4_293_918_719, 1000, '62d4377f4ed05692'],
  [48_000, 2, true, 4_293_918_720, 1000, 'fa0c8132ab2fd748'],
  [192_000, 1, true, 2 ** 36, 4096, '4b0e1aa283fc28c9'],
])(
  'the header of a master: %i Hz, %i channels, past 4 GiB %s, %i bytes and %i behind them',
  (sampleRate, channels, mayExceed4GiB, dataBytes, trailingBytes, bytes) => {
    const header = createWavHeader({ sampleRate, channels, mayExceed4GiB });
    const written = header.forSizes(dataBytes, trailingBytes);
    expect(written.byteLength).toBe(header.byteLength);
    expect(hash(written)).toBe(bytes);
  },
);

test('the header of what the page saves is that of a master, byte for byte', async () => {
  for (const [sampleRate, channels] of [
    [8000, 1],
    [16_000, 2],
    [44_100, 1],
    [48_000, 2],
  ] as const) {
    const samples = new Uint8Array(2 * channels * 7);
    const [held] = heldAudio([{ trackIndex: 0, startFrame: 3, samples }], {
      ...{ tracks: ['user'] as const, sampleRate, channels },
    });
    const wav = new Uint8Array((await held?.wav.arrayBuffer()) ?? new ArrayBuffer());
    const master = createWavHeader({ sampleRate, channels, mayExceed4GiB: false });
    expect(Buffer.from(wav)).toEqual(Buffer.concat([master.forSizes(samples.byteLength, 0), samples]));
  }
});

test('a header is, byte for byte, what another writer of WAV makes of the same samples', () => {
  const shape = fc.record({
    sampleRate: fc.integer({ min: 8000, max: 192_000 }),
    channels: fc.integer({ min: 1, max: 2 }),
    frames: fc.nat(200),
  });
  fc.assert(
    fc.property(shape, ({ sampleRate, channels, frames }) => {
      const samples = new Int16Array(frames * channels);
      const wav = new wavefile.WaveFile();
      wav.fromScratch(channels, sampleRate, '16', samples);
      const header = createWavHeader({ sampleRate, channels, mayExceed4GiB: false });
      const whole = Buffer.concat([header.forSizes(samples.byteLength, 0), Buffer.from(samples.buffer)]);
      expect(whole).toEqual(Buffer.from(wav.toBuffer()));
    }),
  );
});
