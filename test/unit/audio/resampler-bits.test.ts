import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createResampler } from '../../../src-main/audio/resampler.ts';
import { createVariableResampler } from '../../../src-renderer/capture/variable-resampler.ts';
import { createPcmResampler } from '../../../src-main/audio/pcm-resampler.ts';
import { seededRandom } from '../../support/seeded-random.ts';

// What is recorded, and what a recogniser hears, is the same bits from release to release: whoever changes one of
// these numbers changes recordings, and says so.

const FRAMES = 12_000;

function noise(channels: number, seed: number): Int16Array {
  const random = seededRandom(seed);
  return Int16Array.from({ length: FRAMES * channels }, () => Math.floor(random() * 65_536) - 32_768);
}

/** In pieces of uneven size, as a stream comes. */
function* pieces(samples: Int16Array, channels: number): Generator<Int16Array> {
  for (
    let from = 0, frames = 1;
    from < samples.length;
    from += frames * channels, frames = (frames * 7) % 997
  )
    yield samples.subarray(from, from + frames * channels);
}

function hash(outputs: readonly (Float32Array | Int16Array)[]): string {
  const sum = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of outputs)
    sum.update(new Uint8Array(buffer, byteOffset, byteLength));
  return sum.digest('hex').slice(0, 16);
}

function plane(samples: Int16Array, channels: number, channel: number): Float32Array {
  return Float32Array.from(
    { length: samples.length / channels },
    (_, frame) => (samples[frame * channels + channel] ?? 0) / 32_768,
  );
}

/** Alternates around the ratio at every piece, as steering does. */
test.each([
  [1, 1, 0, '099cc9014db01174'],
  [2, 1, 0, '4e33bbebebb1496e'],
  [1, 1 + 3e-4, 0, 'c3423326c372caa2'],
  [2, 1 - 3e-4, 0, '1733a880b36eaa19'],
  [1, 1 - 20e-6, 5e-6, '5c2a1fb02742d3ab'],
  [2, 1 + 120e-6, 50e-6, 'b45b112814477cc8'],
  [1, 1 + 1e-3, 1e-3, '549ca2fe4fd7ec95'],
  [2, 44_100 / 44_099.3, 0, '943ad47715965e40'],
  [1, 48_000 / 48_001.7, 10e-6, 'af991747bec4bead'],
] as const)(
  'two devices on one clock: %i channels at a step of %f, wavering by %f',
  (channels, step, waver, bits) => {
    const resampler = createVariableResampler(channels);
    const outputs: Int16Array[] = [];
    let turn = 0;
    for (const piece of pieces(noise(channels, 11), channels))
      outputs.push(resampler.process(piece, step + (turn++ % 2 === 0 ? waver : -waver)));
    outputs.push(resampler.flush());
    expect(hash(outputs)).toBe(bits);
  },
);

test.each([
  [48_000, 16_000, 1, '3419d095a8684fa3'],
  [44_100, 16_000, 2, 'd2bc45ba444fdc31'],
  [44_100, 48_000, 1, 'daff3efa3c3c018d'],
  [16_000, 48_000, 2, '3c19357a4865173a'],
  [96_000, 44_100, 1, 'd157ed4a80e6c5d4'],
  [8000, 24_000, 1, 'eb010b2886bb5802'],
  [48_000, 8000, 2, '45235b04c7614d91'],
] as const)('what the page captures: from %i to %i Hz, %i channels', (from, to, channels, bits) => {
  const resampler = createResampler(from, to, channels);
  const outputs: Float32Array[] = [];
  for (const piece of pieces(noise(channels, 12), channels)) {
    const planes = Array.from({ length: channels }, (_, channel) => plane(piece, channels, channel));
    outputs.push(...resampler.process(planes, piece.length / channels));
  }
  expect(hash(outputs)).toBe(bits);
});

function toInt16(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))),
  );
}

test.each([
  [48_000, 16_000, 1, '102cb2b4859edf10', 'e49214d0bf3d4e66'],
  [44_100, 16_000, 1, 'f96f43de6cd116d9', 'eb940054537795c4'],
  [8000, 16_000, 1, '9a167b15fc03c5fa', '1ecf7e484f35421e'],
  [8000, 24_000, 2, '2f6e4d55a3d081f0', '9fb5c2e00f2cdef6'],
  [8000, 22_050, 1, 'f97a3c07230d6c65', 'e677f1f9368fce35'],
  [11_025, 24_000, 2, 'c341da78bd99fe3f', 'a0cbbbcdac322a09'],
  [12_345, 22_050, 1, 'b9228c1020250f6b', '3efa9d6ca961e50f'],
  [96_000, 48_000, 2, '5c823238feddef37', '1ee2b388924eb2cd'],
  [192_000, 44_100, 1, '5d13281e8f9cdbc5', '532f299054a28ec5'],
] as const)(
  'what recognisers and encoders are given: from %i to %i Hz, %i channels',
  (from, to, channels, bits, rounded) => {
    const resampler = createPcmResampler(from, to, channels);
    const outputs: Float32Array[] = [];
    for (const piece of pieces(noise(channels, 13), channels)) outputs.push(resampler.push(piece));
    outputs.push(resampler.flush());
    expect([hash(outputs), hash(outputs.map(toInt16))]).toEqual([bits, rounded]);
  },
);
