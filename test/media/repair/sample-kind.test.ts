import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeMulaw } from '../../../src-main/audio/mulaw.ts';
import { sampleKind } from '../../../src-main/repair/sample-kind.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { speak } from './sounds.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const BLOCK_BYTES = 16 * 1024;
const LOUDNESS = [-60, -40, -20, 0, 15];

type Coding = 'signed' | 'mu-law' | 'a-law' | 'unsigned';
const BITS: Record<Coding, string> = { signed: '16', 'mu-law': '8', 'a-law': '8', unsigned: '8' };

/** One sound in one encoding, in blocks as a detector is given them. */
function blocksOf(
  input: readonly string[],
  effects: readonly string[],
  coding: Coding,
  channels = 1,
): Buffer[] {
  const shape = ['-t', 'raw', '-e', coding, '-b', BITS[coding], '-r', '8000', '-c', String(channels), '-'];
  const bytes = execFileSync('sox', ['-R', ...input, ...shape, ...effects], {
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return inBlocks(bytes);
}

function inBlocks(bytes: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at + BLOCK_BYTES <= bytes.length && blocks.length < 8; at += BLOCK_BYTES)
    blocks.push(bytes.subarray(at, at + BLOCK_BYTES));
  return blocks;
}

const NONE = ['-n'];
/** Everything that is no speech: a detector may be unsure of it, but never take one encoding for another. */
const SIGNALS: readonly (readonly [string, readonly string[]])[] = [
  ...['whitenoise', 'pinknoise', 'brownnoise'].map((noise) => [noise, ['synth', '8', noise]] as const),
  ...['sine', 'square', 'sawtooth', 'triangle'].flatMap((wave) =>
    ['60', '440', '1000', '1004', '3400', '50-3900'].map(
      (hertz) => [`${wave} of ${hertz} Hz`, ['synth', '8', wave, hertz]] as const,
    ),
  ),
  ['a plucked chord', ['synth', '8', 'pluck', 'C3', 'pluck', 'E3', 'pluck', 'G3', 'remix', '-']],
  [
    'an organ over noise',
    ['synth', '8', 'sawtooth', 'C3', 'square', 'E3', 'pinknoise', 'remix', '-', 'tremolo', '3'],
  ],
  ['drums', ['synth', '8', 'whitenoise', 'tremolo', '4', '99', 'lowpass', '2500']],
  ['a dialling tone', ['synth', '8', 'sine', '697', 'sine', '1209', 'remix', '-']],
  ['an offset', ['synth', '8', 'sine', '300', 'gain', '-20', 'dcshift', '0.3']],
  ['silence', ['trim', '0', '8']],
];

test.each(SIGNALS)('%s in 16-bit PCM is never taken for mu-law or for swapped bytes', (_, effects) => {
  for (const gain of LOUDNESS) {
    const pcm = blocksOf(NONE, [...effects, 'gain', String(gain)], 'signed');
    expect(['pcm_s16le', 'quiet', 'unclear'], `${gain} dB`).toContain(sampleKind(pcm, 1));
    const fromMulaw = blocksOf(NONE, [...effects, 'gain', String(gain)], 'mu-law').map((block) =>
      Buffer.from(decodeMulaw(block)),
    );
    expect(['pcm_s16le', 'quiet', 'unclear'], `${gain} dB, decoded`).toContain(sampleKind(fromMulaw, 1));
  }
});

test.each(['en-us', 'en-us+f3', 'de', 'fr+m7'])(
  'speech (%s) from a whisper to hard clipping is told apart in each encoding',
  async (voice) => {
    const speech = join(await temporaryFolder(), 'speech.wav');
    await speak(speech, voice);
    for (const gain of ['-50', '-30', '-12', '0', '20']) {
      const kindAs = (coding: Coding) => sampleKind(blocksOf([speech], ['gain', gain], coding), 1);
      expect(kindAs('signed'), `${gain} dB`).toBe('pcm_s16le');
      expect(kindAs('mu-law'), `${gain} dB`).toBe('mulaw');
      expect(['quiet', 'unclear'], `${gain} dB A-law`).toContain(kindAs('a-law'));
      expect(['quiet', 'unclear'], `${gain} dB unsigned`).toContain(kindAs('unsigned'));
    }
    const padded = blocksOf([speech], ['pad', '0.5', '0.5'], 'mu-law');
    expect(sampleKind(padded, 1)).toBe('mulaw');
    const telephone = ['sinc', '300-3400', 'gain', '-n', '-3'];
    expect(sampleKind(blocksOf([speech], telephone, 'mu-law'), 1)).toBe('mulaw');
    expect(sampleKind(blocksOf([speech], telephone, 'signed'), 1)).toBe('pcm_s16le');
  },
);

test('program text and random bytes are no audio', async () => {
  const text = await readFile(join(import.meta.dirname, '../../../package-lock.json'));
  expect(sampleKind(inBlocks(text), 1)).toBe('unclear');
  expect(sampleKind(inBlocks(seededBytes(1, 200_000)), 1)).toBe('unclear');
});
