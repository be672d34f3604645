import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ExportFormat } from '../../../src-main/contract/audio-format.ts';
import { decode, measureTone, probe, tone, writeWav } from './audio-files.ts';
import { realFfmpeg, testEncoder } from './encoders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const CHAPTERS = [
  { seconds: 0, label: 'Opening' },
  { seconds: 1.5, label: 'a=b; #2 \\ "é" 日本' },
];

async function master(amplitude: number, sampleRate = 16_000, channels = 1, seconds = 3.3) {
  const folder = await temporaryFolder();
  const masterPath = join(folder, 'master.wav');
  const pcm = tone({ sampleRate, channels, frames: Math.round(seconds * sampleRate), amplitude });
  await writeWav(masterPath, pcm, sampleRate, channels);
  return { folder, masterPath, seconds };
}

const made: { kind: 'ffmpeg' | 'built-in'; format: ExportFormat; codec: string }[] = [
  { kind: 'ffmpeg', format: 'wav', codec: 'pcm_s16le' },
  { kind: 'ffmpeg', format: 'mp4', codec: 'aac' },
  { kind: 'ffmpeg', format: 'mp3', codec: 'mp3' },
  { kind: 'ffmpeg', format: 'flac', codec: 'flac' },
  { kind: 'ffmpeg', format: 'opus', codec: 'opus' },
  { kind: 'built-in', format: 'wav', codec: 'pcm_s16le' },
  { kind: 'built-in', format: 'mp4', codec: 'aac' },
  { kind: 'built-in', format: 'mp3', codec: 'mp3' },
];

describe.each(made)('$format made from a master by the $kind encoder', ({ kind, format, codec }) => {
  const encoder = async () => testEncoder({ ffmpeg: kind === 'ffmpeg' ? await realFfmpeg() : undefined });

  test.each([
    { sampleRate: 16_000, channels: 1 },
    { sampleRate: 48_000, channels: 2 },
  ])('is twice as loud at gain 2 and as long, $sampleRate Hz', async ({ sampleRate, channels }) => {
    const { folder, masterPath, seconds } = await master(8000, sampleRate, channels);
    const before = await readFile(masterPath);
    const finalPath = join(folder, `copy.${format}`);
    const fractions: number[] = [];
    const onProgress = (fraction: number) => fractions.push(fraction);
    await (await encoder()).encodeFile({ format, masterPath, finalPath, gain: 2, onProgress });

    const found = await probe(finalPath);
    const expectedRate = format === 'opus' ? 48_000 : sampleRate;
    expect(found).toMatchObject({ codec, sampleRate: expectedRate, channels });
    const samples = await decode(finalPath);
    expect(Math.abs(samples.length / expectedRate - seconds)).toBeLessThan(0.05);
    const { amplitude, rest } = measureTone(samples.subarray(expectedRate, 2 * expectedRate), expectedRate);
    expect(amplitude).toBeGreaterThan(15_200);
    expect(amplitude).toBeLessThan(16_800);
    expect(rest).toBeLessThan(320);
    expect(fractions.at(-1)).toBeGreaterThan(0.5);
    expect(fractions.every((fraction) => fraction >= 0 && fraction <= 1)).toBe(true);
    expect(before.equals(await readFile(masterPath))).toBe(true);
  });

  test('is clamped, not wrapped, where gain goes past full scale', async () => {
    const { folder, masterPath } = await master(20_000);
    const finalPath = join(folder, `loud.${format}`);
    await (await encoder()).encodeFile({ format, masterPath, finalPath, gain: 4 });
    const samples = await decode(finalPath);
    const rate = (await probe(finalPath)).sampleRate;
    // A sine far beyond full scale is a square wave, whose fundamental is 4 / pi of its height. Wrapped samples
    // would leave a fraction of that.
    const { amplitude } = measureTone(samples.subarray(rate, 2 * rate), rate);
    expect(amplitude).toBeGreaterThan(32_767 * 1.1);
    expect(amplitude).toBeLessThan(32_767 * 1.3);
  });
});

test('a WAV copy keeps the markers of its master, and only the samples get louder', async () => {
  const { folder, masterPath } = await master(8000);
  const cue = Buffer.from('cue \x04\0\0\0\0\0\0\0', 'latin1');
  await appendFile(masterPath, cue);
  const finalPath = join(folder, 'copy.wav');
  await testEncoder({ ffmpeg: undefined }).encodeFile({ format: 'wav', masterPath, finalPath, gain: 2 });
  const [before, after] = [await readFile(masterPath), await readFile(finalPath)];
  expect(after.subarray(0, 44)).toEqual(before.subarray(0, 44));
  expect(after.subarray(-cue.length)).toEqual(cue);
  expect(after.readInt16LE(44 + 2 * 1003)).toBe(2 * before.readInt16LE(44 + 2 * 1003));
});

test('a master past 4 GiB, whose sizes are in its ds64 chunk, is exported to its end', async () => {
  const { folder, masterPath, seconds } = await master(8000);
  const plain = await readFile(masterPath);
  const ds64 = Buffer.alloc(36);
  ds64.write('ds64');
  ds64.writeUInt32LE(28, 4);
  ds64.writeBigUInt64LE(BigInt(plain.length + 28), 8);
  ds64.writeBigUInt64LE(BigInt(plain.length - 44), 16);
  const long = Buffer.concat([plain.subarray(0, 12), ds64, plain.subarray(12)]);
  long.write('RF64');
  long.writeUInt32LE(0xffff_ffff, 4);
  long.writeUInt32LE(0xffff_ffff, 44 + 36 - 4);
  await writeFile(masterPath, long);
  for (const ffmpeg of [undefined, await realFfmpeg()]) {
    const finalPath = join(folder, 'copy.mp4');
    await testEncoder({ ffmpeg }).encodeFile({ format: 'mp4', masterPath, finalPath, gain: 1 });
    expect(Math.abs((await probe(finalPath)).durationSeconds - seconds)).toBeLessThan(0.05);
  }
});

test('a WAV copy at gain 1 is the master, byte for byte', async () => {
  const { folder, masterPath } = await master(8000);
  const finalPath = join(folder, 'copy.wav');
  await testEncoder({ ffmpeg: undefined }).encodeFile({ format: 'wav', masterPath, finalPath, gain: 1 });
  expect((await readFile(finalPath)).equals(await readFile(masterPath))).toBe(true);
});

test.each([
  { kind: 'ffmpeg', format: 'mp4' },
  { kind: 'ffmpeg', format: 'mp3' },
  { kind: 'ffmpeg', format: 'flac' },
  { kind: 'ffmpeg', format: 'opus' },
  { kind: 'built-in', format: 'mp4' },
  { kind: 'built-in', format: 'mp3' },
] as const)(
  'markers are chapters of the $format made by the $kind encoder, whatever is in their names',
  async (each) => {
    const { folder, masterPath } = await master(8000);
    const finalPath = join(folder, `copy.${each.format}`);
    const encoder = testEncoder({ ffmpeg: each.kind === 'ffmpeg' ? await realFfmpeg() : undefined });
    await encoder.encodeFile({ format: each.format, masterPath, finalPath, gain: 1, chapters: CHAPTERS });
    expect((await probe(finalPath)).chapters).toEqual(CHAPTERS);
  },
);

test.each(['ffmpeg', 'built-in'] as const)(
  'an export by the %s encoder that is cancelled leaves the earlier file and nothing else',
  async (kind) => {
    const { folder, masterPath } = await master(8000, 48_000, 2, 40);
    const finalPath = join(folder, 'copy.mp4');
    await writeFile(finalPath, 'the earlier export');
    const encoder = testEncoder({ ffmpeg: kind === 'ffmpeg' ? await realFfmpeg() : undefined });
    const controller = new AbortController();
    const job = { format: 'mp4', masterPath, finalPath, gain: 1, signal: controller.signal } as const;
    const encoding = encoder.encodeFile({ ...job, onProgress: () => controller.abort() });
    await expect(encoding).rejects.toThrow(/abort/i);
    expect(await readFile(finalPath, 'utf8')).toBe('the earlier export');
    expect((await readdir(folder)).toSorted()).toEqual(['copy.mp4', 'master.wav']);
  },
);

test.each([
  {
    what: 'a file that is not WAV',
    content: Buffer.from('ID3 this is not a WAV at all, though long enough'),
  },
  { what: 'an empty file', content: Buffer.alloc(0) },
])('exporting $what says so', async ({ content }) => {
  const folder = await temporaryFolder();
  const masterPath = join(folder, 'master.wav');
  await writeFile(masterPath, content);
  const encoder = testEncoder({ ffmpeg: await realFfmpeg() });
  for (const format of ['wav', 'mp4'] as const) {
    const finalPath = join(folder, `copy.${format}`);
    await expect(encoder.encodeFile({ format, masterPath, finalPath, gain: 1 })).rejects.toMatchObject({
      code: 'INVALID_AUDIO_FILE',
    });
  }
  expect(await readdir(folder)).toEqual(['master.wav']);
});

test('without ffmpeg, FLAC is refused with the way to get it', async () => {
  const { folder, masterPath } = await master(8000);
  const encoder = testEncoder({ ffmpeg: undefined });
  const encoding = encoder.encodeFile({
    format: 'flac',
    masterPath,
    finalPath: join(folder, 'copy.flac'),
    gain: 1,
  });
  await expect(encoding).rejects.toMatchObject({ code: 'ENCODER_UNAVAILABLE' });
  await expect(encoding).rejects.toThrow(/LECTERN_FFMPEG/);
  expect(encoder.info.formats).toEqual(['wav', 'mp4', 'mp3']);
});
