import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { claimFolder } from '../../../src-main/files/ownership.ts';
import { readWavLayout } from '../../../src-main/files/wav-reader.ts';
import { decodeMulaw } from '../../../src-main/audio/mulaw.ts';
import { masterSamples, readWav } from '../../support/read-wav.ts';
import { decodedPcm, durationSeconds, ffmpeg, sox, speak } from './sounds.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const CLI = resolve(import.meta.dirname, '../../../src-main/cli.ts');

const reportSchema = z.object({
  files: z.array(
    z.object({
      path: z.string(),
      status: z.string(),
      faults: z.array(z.object({ code: z.string(), message: z.string() })),
      action: z.string().optional(),
      reason: z.string().optional(),
      output: z.string().optional(),
      backup: z.string().optional(),
    }),
  ),
});

function lectern(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'repair', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function repair(...args: string[]) {
  const { status, stdout, stderr } = lectern(...args, '--json');
  const { files } = reportSchema.parse(JSON.parse(stdout), { error: () => stderr });
  return { status, files };
}

/** Every file below a folder with the hash of its bytes. */
async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const hashes: Record<string, string> = {};
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    hashes[path] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return hashes;
}

/** A call of 8 kHz, whole, and as a recorder left it that mistook its encoding: its mu-law bytes under a header for 16-bit PCM. */
async function garbledCall(folder: string) {
  const speech = join(folder, 'speech.wav');
  await speak(speech);
  await sox(speech, '-t', 'raw', '-e', 'mu-law', '-b', '8', '-r', '8000', join(folder, 'mulaw'));
  const mulaw = await readFile(join(folder, 'mulaw'));
  const call = join(folder, 'call.wav');
  await sox('-t', 'raw', '-e', 'signed', '-b', '16', '-r', '8000', '-c', '1', join(folder, 'mulaw'), call);
  await rm(speech);
  await rm(join(folder, 'mulaw'));
  return {
    call,
    mulaw,
    decoded: Buffer.from(decodeMulaw(mulaw.subarray(0, mulaw.length - (mulaw.length % 2)))),
  };
}

test('healthy files of every kind are said healthy and stay as they are, byte for byte', async () => {
  const folder = await temporaryFolder();
  const speech = join(folder, 'speech.wav');
  await speak(speech);
  const out = (name: string) => join(folder, name);
  await sox(speech, '-r', '48000', '-c', '2', out('stereo.wav'));
  await sox(speech, '-b', '24', out('24-bit.wav'));
  await sox(speech, '-b', '8', '-e', 'unsigned', out('8-bit.wav'));
  await sox(speech, '-e', 'floating-point', '-b', '32', out('float.wav'));
  await sox(speech, '-e', 'mu-law', '-b', '8', '-r', '8000', out('mulaw.wav'));
  await sox(speech, '-e', 'a-law', '-b', '8', out('alaw.wav'));
  await sox(speech, '-e', 'ms-adpcm', out('adpcm.wav'));
  await sox('-n', '-r', '8000', out('silence.wav'), 'trim', '0', '2');
  await sox('-n', '-r', '8000', out('empty.wav'), 'trim', '0', '0');
  await ffmpeg('-i', speech, '-rf64', 'always', out('rf64.wav'));
  await ffmpeg('-i', speech, '-metadata', 'title=A call', out('tagged.wav'));
  for (const name of [
    'plain.mp4',
    'voice.m4a',
    'voice.mp3',
    'voice.ogg',
    'voice.opus',
    'voice.webm',
    'voice.mka',
  ])
    await ffmpeg('-i', speech, '-ar', '48000', out(name));
  await ffmpeg('-i', speech, '-b:a', '48k', '-abr', '1', out('variable.mp3'));
  await ffmpeg('-i', speech, '-movflags', '+frag_keyframe+empty_moov', out('fragmented.mp4'));
  await ffmpeg('-i', speech, '-movflags', '+faststart', out('faststart.mp4'));
  const before = await snapshot(folder);
  const { status, files } = repair(folder);
  expect(files.filter((file) => file.status !== 'healthy')).toEqual([]);
  expect(files).toHaveLength(Object.keys(before).length);
  expect(status).toBe(0);
  expect(await snapshot(folder)).toEqual(before);
});

test('a garbled call is heard again: said first, then written beside it, then found healthy', async () => {
  const folder = await temporaryFolder();
  const { call, decoded } = await garbledCall(folder);
  const before = await snapshot(folder);
  const asked = repair(folder, '--dry-run');
  expect(asked.files).toMatchObject([{ status: 'would-repair', faults: [{ code: 'mulaw-as-pcm' }] }]);
  expect(await snapshot(folder)).toEqual(before);

  const { status, files } = repair(folder);
  const repaired = join(folder, 'call.repaired.wav');
  expect([status, files[0]?.status, files[0]?.output]).toEqual([0, 'repaired', repaired]);
  const { samples, sampleRate, numChannels, bitsPerSample } = await readWav(repaired);
  expect([sampleRate, numChannels, bitsPerSample]).toEqual([8000, 1, 16]);
  expect(samples.equals(decoded)).toBe(true);
  expect((await snapshot(folder))[call]).toBe(before[call]);

  const after = await snapshot(folder);
  const again = repair(folder);
  expect(again.files.map((file) => file.status)).toEqual(['healthy', 'already-repaired']);
  expect(again.status).toBe(0);
  expect(await snapshot(folder)).toEqual(after);
});

test('in place the damaged file is kept, and no earlier backup is overwritten', async () => {
  const folder = await temporaryFolder();
  const { call, decoded } = await garbledCall(folder);
  const garbled = await readFile(call);
  await writeFile(`${call}.bak`, 'somebody else’s');
  expect(repair(folder, '--backup').files).toMatchObject([
    { status: 'repaired', output: call, backup: `${call}.bak2` },
  ]);
  expect((await masterSamples(call)).equals(decoded)).toBe(true);
  expect((await readFile(`${call}.bak2`)).equals(garbled)).toBe(true);
  expect(await readFile(`${call}.bak`, 'utf8')).toBe('somebody else’s');
  expect(repair(folder, '--backup').files).toMatchObject([{ status: 'healthy' }]);
  expect((await readdir(folder)).sort()).toEqual(['call.wav', 'call.wav.bak', 'call.wav.bak2']);
});

test('a folder is searched all the way down into another one, and links out of it are not followed', async () => {
  const folder = await temporaryFolder();
  const outside = await temporaryFolder();
  const { decoded } = await garbledCall(outside);
  await mkdir(join(folder, 'calls', 'monday'), { recursive: true });
  await writeFile(join(folder, 'calls', 'monday', 'call.wav'), await readFile(join(outside, 'call.wav')));
  await symlink(outside, join(folder, 'linked'));
  await symlink(join(outside, 'call.wav'), join(folder, 'linked.wav'));
  await writeFile(join(folder, 'notes.txt'), 'not audio');
  const before = await snapshot(outside);
  const output = join(folder, 'fixed');
  expect(repair(folder, '--output', output).files).toHaveLength(1);
  expect((await masterSamples(join(output, 'calls', 'monday', 'call.wav'))).equals(decoded)).toBe(true);
  expect(await snapshot(outside)).toEqual(before);
  expect(repair(folder, '--output', output).files).toMatchObject([{ status: 'already-repaired' }]);
});

test('samples without a header get one, with what was assumed said aloud; what is no audio is left alone', async () => {
  const folder = await temporaryFolder();
  const { mulaw, decoded } = await garbledCall(folder);
  await rm(join(folder, 'call.wav'));
  await writeFile(join(folder, 'mulaw.raw'), mulaw.subarray(0, decoded.length / 2));
  await writeFile(join(folder, 'linear.wav'), decoded);
  await writeFile(
    join(folder, 'photo.raw'),
    await readFile(process.execPath).then((bytes) => bytes.subarray(0, 5e5)),
  );
  const { status, files } = repair(folder, '--rate', '8000');
  expect(files.map((file) => file.status)).toEqual(['repaired', 'repaired', 'skipped']);
  expect(status).toBe(0);
  for (const name of ['mulaw.repaired.wav', 'linear.repaired.wav']) {
    expect((await masterSamples(join(folder, name))).equals(decoded), name).toBe(true);
    expect((await readWav(join(folder, name))).sampleRate).toBe(8000);
  }
  const assumed = repair(join(folder, 'linear.wav'), '--dry-run').files[0];
  expect(assumed?.action).toContain('16000 Hz assumed (--rate sets another)');
  const named = repair(join(folder, 'photo.raw'));
  expect([named.status, named.files[0]?.status]).toEqual([1, 'unrepairable']);
});

test.each([
  ['mp4', ['-movflags', '+frag_keyframe+empty_moov', '-frag_duration', '500000']],
  ['mp4', ['-movflags', '+faststart']],
  ['mp3', []],
  ['ogg', []],
  ['opus', []],
  ['webm', []],
])(
  'of a .%s cut off anywhere, what can be heard is in the repaired file, which is whole',
  async (extension, options) => {
    const folder = await temporaryFolder();
    await speak(join(folder, 'speech.wav'));
    const whole = join(folder, `whole.${extension}`);
    await ffmpeg('-i', join(folder, 'speech.wav'), '-ar', '48000', '-b:a', '64k', ...options, whole);
    const { size } = await stat(whole);
    const seconds = await durationSeconds(whole);
    const [pcm, shares] = [await decodedPcm(whole), [0.45, 0.777, 0.97]];
    for (const share of shares) {
      const cut = join(folder, `cut-${share}.${extension}`);
      await writeFile(cut, await readFile(whole));
      await truncate(cut, Math.floor(size * share));
    }
    const { status, files } = repair(...shares.map((share) => join(folder, `cut-${share}.${extension}`)));
    expect(files.map((file) => [file.status, file.faults[0]?.code])).toEqual(
      shares.map(() => ['repaired', 'truncated']),
    );
    expect(status).toBe(0);
    for (const share of shares) {
      const repaired = join(folder, `cut-${share}.repaired.${extension}`);
      const kept = await decodedPcm(repaired);
      // Packets are not of one size: a second on either side.
      expect(Math.abs(kept.length / pcm.length - share) * seconds, `${share}`).toBeLessThan(1.2);
      if (extension !== 'webm') continue;
      expect(Math.abs((await durationSeconds(repaired)) - kept.length / 96_000)).toBeLessThan(0.1);
    }
    await rm(join(folder, 'speech.wav'));
    expect(repair(folder).files.filter(({ status: each }) => each === 'unrepairable')).toEqual([]);
  },
);

test('a browser’s unfinished WebM gets its length; an MP4 without an index is honestly given up', async () => {
  const folder = await temporaryFolder();
  await speak(join(folder, 'speech.wav'));
  const live = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-i', join(folder, 'speech.wav'), '-c:a', 'libopus', '-f', 'webm', '-'],
    {
      maxBuffer: 2 ** 24,
    },
  ).stdout;
  await writeFile(join(folder, 'live.webm'), live);
  await ffmpeg('-i', join(folder, 'speech.wav'), join(folder, 'plain.mp4'));
  await truncate(join(folder, 'plain.mp4'), 20_000);
  const before = await snapshot(folder);
  const { status, files } = repair(folder);
  expect(status).toBe(1);
  expect(files.map((file) => [file.status, file.faults[0]?.code])).toEqual([
    ['repaired', 'unfinished'],
    ['unrepairable', 'no-index'],
    ['healthy', undefined],
  ]);
  expect(files[1]?.reason).toContain('cannot be rebuilt');
  const expected = (await masterSamples(join(folder, 'speech.wav'))).length / 2 / 22_050;
  expect(Math.abs((await durationSeconds(join(folder, 'live.repaired.webm'))) - expected)).toBeLessThan(0.1);
  expect(await snapshot(folder)).toMatchObject(before);
});

test('a WAV grown past 4 GiB gets a header that counts all of it, without taking its size in room', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'long.wav');
  await sox('-n', '-r', '48000', '-c', '2', '-b', '16', path, 'synth', '1', 'sine', '440');
  const audio = await masterSamples(path);
  const dataBytes = 2 ** 32 + 40_000_000;
  const file = await open(path, 'r+');
  await file.truncate(44 + dataBytes);
  await file.write(audio, 0, audio.length, 44 + dataBytes - audio.length);
  const sizes = Buffer.alloc(4);
  sizes.writeUInt32LE(40_000_000);
  await file.write(sizes, 0, 4, 40);
  await file.close();
  expect(repair(path).files).toMatchObject([{ status: 'repaired', faults: [{ code: 'wrapped-sizes' }] }]);
  const repaired = await open(join(folder, 'long.repaired.wav'));
  const layout = await readWavLayout(repaired);
  const last = Buffer.alloc(audio.length);
  await repaired.read(last, 0, last.length, layout.dataOffset + dataBytes - last.length);
  const { blocks } = await repaired.stat();
  await repaired.close();
  expect([layout.declaredDataBytes, layout.dataBytes]).toEqual([dataBytes, dataBytes]);
  expect(last.equals(audio)).toBe(true);
  expect(blocks * 512).toBeLessThan(64 * 1024 * 1024);
  expect(await durationSeconds(join(folder, 'long.repaired.wav'))).toBeCloseTo(dataBytes / 192_000, 2);
});

test('a recording under way is left alone', async () => {
  const folder = await temporaryFolder();
  const { call } = await garbledCall(folder);
  await rename(call, `${call}.partial`);
  await claimFolder(folder);
  const before = await snapshot(folder);
  expect(repair(folder, '--backup').files).toMatchObject([
    { status: 'skipped', reason: 'it is being recorded right now' },
  ]);
  expect(await snapshot(folder)).toEqual(before);
  await rm(join(folder, '.owner'));
  expect(repair(folder).files).toMatchObject([
    { status: 'repaired', output: join(folder, 'call.repaired.wav') },
  ]);
});

test('what a killed run left unfinished is cleared away by the next one', async () => {
  const folder = await temporaryFolder();
  const { decoded } = await garbledCall(folder);
  const dead = spawnSync('true').pid;
  await writeFile(join(folder, `.call.repaired.wav.repairing-${dead}-0123abcd.wav`), 'half a file');
  const living = `.call.repaired.wav.repairing-${process.pid}-0123abcd.wav`;
  await writeFile(join(folder, living), 'another run’s');
  expect(repair(folder).files).toMatchObject([{ status: 'repaired' }]);
  expect((await readdir(folder)).sort()).toEqual([living, 'call.repaired.wav', 'call.wav']);
  expect((await masterSamples(join(folder, 'call.repaired.wav'))).equals(decoded)).toBe(true);
});

test('wrong use, missing files and results are told apart by the exit code', async () => {
  const folder = await temporaryFolder();
  const { call } = await garbledCall(folder);
  expect(lectern().status).toBe(2);
  expect(lectern(folder, '--backup', '--output', folder).status).toBe(2);
  expect(lectern(folder, '--rate', 'fast').status).toBe(2);
  const { status, stdout, stderr } = lectern(join(folder, 'none.wav'), call);
  expect(status).toBe(1);
  expect(stdout.split('\n').map((line) => line.split('\t')[1])).toEqual(['failed', 'repaired', undefined]);
  expect(stderr).toContain('1 failed, 1 repaired');
});
