import { execFile, spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { createRepairer, type RepairReport } from '../../../src-main/repair/repairer.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { ffmpeg, speak } from './sounds.ts';

const run = promisify(execFile);
let folder: string;
let speech: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await temporaryFolder();
  speech = at('speech.wav');
  await speak(speech);
});

async function repair(path: string, options: { inPlace?: boolean } = {}): Promise<RepairReport> {
  const repairer = createRepairer({ findFfmpeg: () => Promise.resolve('ffmpeg') });
  try {
    for await (const report of repairer.repairPaths([path], options)) return report;
    throw new Error('nothing was looked at');
  } finally {
    await repairer.close();
  }
}

/** Seconds that decode, whatever is complained of. */
async function heardSeconds(path: string): Promise<number> {
  const args = ['-v', 'error', '-i', path, '-map', '0:a:0', '-f', 's16le', '-ac', '1', '-ar', '8000', '-'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 2 ** 28 });
  return stdout.length / 16_000;
}

async function tellsSeconds(path: string): Promise<number> {
  const args = ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path];
  return Number((await run('ffprobe', args)).stdout);
}

describe.each([
  ['GSM', ['-ar', '8000', '-c:a', 'libgsm_ms']],
  ['MS ADPCM', ['-c:a', 'adpcm_ms']],
  ['IMA ADPCM', ['-c:a', 'adpcm_ima_wav']],
  ['MP3', ['-c:a', 'libmp3lame']],
])('%s in a WAV, whose frames have no size of their own,', (_, codec) => {
  test('is whole where it is, and cut off is mended to what decodes, never to less', async () => {
    const whole = at('whole.wav');
    await ffmpeg('-i', speech, ...codec, whole);
    expect(await repair(whole)).toMatchObject({ status: 'healthy', faults: [] });
    const bytes = await readFile(whole);
    for (const share of [0.31, 0.62, 0.93]) {
      const cut = at(`cut-${share}.wav`);
      await writeFile(cut, bytes.subarray(0, Math.floor(bytes.length * share)));
      const heard = await heardSeconds(cut);
      expect(heard).toBeGreaterThan(1);
      const report = await repair(cut, { inPlace: true });
      expect(JSON.stringify(report)).not.toContain('0.000 s');
      expect(report.status, `${share}`).toBe('repaired');
      expect(await heardSeconds(cut)).toBeGreaterThan(heard - 0.1);
      expect(Math.abs((await tellsSeconds(cut)) - heard)).toBeLessThan(0.25);
    }
  });
});

test('what every other reader hears whole is not rewritten, whatever its structure looks like', async () => {
  const path = at('talk.wav');
  const bytes = Buffer.concat([await readFile(speech), Buffer.from('<html>404 not found</html>'.repeat(40))]);
  await writeFile(path, bytes);
  expect(await repair(path, { inPlace: true })).toMatchObject({ status: 'healthy' });
  expect((await readFile(path)).equals(bytes)).toBe(true);
});

test('a mended file that other readers hear no more of takes no one’s place', async () => {
  // Cut at the end of a page: only the mark of the last page is missing, and nobody misses it.
  const whole = at('whole.ogg');
  await ffmpeg('-i', speech, '-c:a', 'flac', '-f', 'ogg', whole);
  const bytes = await readFile(whole);
  const cut = bytes.subarray(0, bytes.lastIndexOf('OggS'));
  await writeFile(whole, cut);
  const report = await repair(whole, { inPlace: true });
  expect(report).toMatchObject({ status: 'healthy', faults: [{ code: 'truncated' }] });
  expect(report.reason).toContain('Nothing is changed');
  expect((await readFile(whole)).equals(cut)).toBe(true);
});

describe('an MP3 is found behind whatever stands in front of it', () => {
  const tag = (content: Buffer) =>
    Buffer.concat([Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, 0, content.length]), content]);

  test.each([
    ['a tag followed by zeros', [tag(Buffer.alloc(20)), Buffer.alloc(5000)]],
    ['two tags', [tag(Buffer.alloc(30)), tag(Buffer.alloc(40))]],
    ['two tags with zeros between', [tag(Buffer.alloc(30)), Buffer.alloc(700), tag(Buffer.alloc(40))]],
    ['zeros alone', [Buffer.alloc(900)]],
    ['a tag whose length is wrong', [tag(Buffer.alloc(20)).subarray(0, 10)]],
  ])('%s', async (_, front) => {
    const path = at('front.mp3');
    await ffmpeg('-i', speech, '-id3v2_version', '0', '-write_xing', '0', path);
    await writeFile(path, Buffer.concat([...front, await readFile(path)]));
    const seconds = (await masterSamples(speech)).length / 2 / 22_050;
    expect(Math.abs((await heardSeconds(path)) - seconds)).toBeLessThan(0.2);
    expect(await repair(path)).toMatchObject({ status: 'healthy', faults: [] });
  });
});

test('a chunk of an odd number of bytes without its padding byte hides the audio no longer', async () => {
  const bytes = await readFile(speech);
  const note = Buffer.from('note\x05\0\0\0hello', 'latin1');
  const path = at('odd.wav');
  await writeFile(path, Buffer.concat([bytes.subarray(0, 36), note, bytes.subarray(36)]));
  await expect(heardSeconds(path)).rejects.toThrow();
  const report = await repair(path);
  expect(report).toMatchObject({ status: 'repaired', faults: [{ code: 'missing-pad' }] });
  expect((await masterSamples(report.outputPath ?? '')).equals(await masterSamples(speech))).toBe(true);
});

test.each([
  ['pcm_f32le', 'a browser’s PCM'],
  ['flac', 'FLAC'],
  ['pcm_s16le', '16-bit PCM'],
])('an unfinished WebM of %s is copied into a container that takes it', async (codec) => {
  const live = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-i', speech, '-c:a', codec, '-f', 'matroska', '-live', '1', '-'],
    { maxBuffer: 2 ** 26 },
  ).stdout;
  const path = at('live.webm');
  await writeFile(path, live);
  const report = await repair(path);
  expect(report).toMatchObject({ status: 'repaired', faults: [{ code: 'unfinished' }] });
  const seconds = (await masterSamples(speech)).length / 2 / 22_050;
  expect(Math.abs((await heardSeconds(report.outputPath ?? '')) - seconds)).toBeLessThan(0.05);
  expect(Math.abs((await tellsSeconds(report.outputPath ?? '')) - seconds)).toBeLessThan(0.1);
});

test('an AAC recording cut off inside a packet is mended to what decodes', async () => {
  await ffmpeg('-i', speech, '-c:a', 'aac', at('whole.mkv'));
  const bytes = await readFile(at('whole.mkv'));
  for (const share of [0.4, 0.5, 0.6, 0.7]) {
    const path = at(`cut-${share}.mkv`);
    await writeFile(path, bytes.subarray(0, Math.floor(bytes.length * share)));
    const heard = await heardSeconds(path);
    const report = await repair(path);
    expect(report.status, `${share}`).toBe('repaired');
    expect(Math.abs((await heardSeconds(report.outputPath ?? '')) - heard), `${share}`).toBeLessThan(0.1);
  }
});

test('without ffmpeg, what needs it is said to need it before anything is tried', async () => {
  await ffmpeg('-i', speech, at('whole.webm'));
  const bytes = await readFile(at('whole.webm'));
  await writeFile(at('cut.webm'), bytes.subarray(0, bytes.length >> 1));
  const repairer = createRepairer({ findFfmpeg: () => Promise.resolve(undefined) });
  for await (const report of repairer.repairPaths([at('cut.webm')], { dryRun: true }))
    expect(report).toMatchObject({ status: 'failed', reason: expect.stringContaining('ffmpeg') as string });
});
