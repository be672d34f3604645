import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { writeSpeechWav } from '../../../src-main/conversation/write-speech.ts';
import type { SpeechStretch } from '../../../src-main/conversation/speech-plan.ts';
import { buildMix } from '../../../src-main/recording/build-mix.ts';
import { fillDisk, freeBytes, mountSmallDisk, mountUnable } from '../../torture/support/small-disk.ts';
import { unmount } from '../../torture/support/cleanup.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { lectern, startLectern } from '../commands/run-command.ts';
import { realFfmpeg } from '../encode/encoders.ts';
import { ffmpeg } from './sounds.ts';

const MIB = 1024 * 1024;
const noDisk = mountUnable();

/** A disk of its own with so many mebibytes left. */
async function nearlyFullDisk(freeMebibytes: number): Promise<string> {
  const disk = join(await temporaryFolder(), 'disk');
  mountSmallDisk(disk, 16);
  onTestFinished(() => unmount(disk));
  fillDisk(disk, freeBytes(disk) - freeMebibytes * MIB);
  return disk;
}

/** A WAV of noise whose header counts half of it. */
async function damagedWav(path: string, seconds: number): Promise<void> {
  await ffmpeg('-f', 'lavfi', '-i', `anoisesrc=r=16000:a=0.2:d=${seconds}`, '-c:a', 'pcm_s16le', path);
  const bytes = await readFile(path);
  const data = bytes.indexOf('data');
  bytes.writeUInt32LE(Math.floor((bytes.length - data - 8) / 4) * 2, data + 4);
  bytes.writeUInt32LE(0, 4);
  await writeFile(path, bytes);
}

/** A real ffmpeg that does some of its runs at the pace of the sound, and tells its process of those. */
async function slowFfmpeg(folder: string, words: string) {
  const [path, pids] = [join(folder, 'ffmpeg'), join(folder, 'pids')];
  await writeFile(
    path,
    `#!/bin/sh\ncase "$*" in *"${words}"*) echo $$ >>'${pids}'; exec ffmpeg -re "$@";; *) exec ffmpeg "$@";; esac\n`,
  );
  await chmod(path, 0o700);
  return {
    path,
    pids: async () => (await readFile(pids, 'utf8').catch(() => '')).trim().split('\n').filter(Boolean),
  };
}

function isRunning(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

describe.skipIf(noDisk !== undefined)(
  `where there is too little room${noDisk === undefined ? '' : ` (${noDisk})`}`,
  () => {
    test('a repair is refused before anything is written', async () => {
      const disk = await nearlyFullDisk(2);
      const damaged = join(await temporaryFolder(), 'damaged.wav');
      await damagedWav(damaged, 100);
      const { code, stdout } = await lectern(['repair', damaged, '--output', join(disk, 'out')]);
      expect([code, stdout]).toEqual([
        1,
        expect.stringMatching(
          /\tfailed\t.*The disk has too little room: the repaired file may need 32000\d\d bytes, \d+ are left/,
        ),
      ]);
      expect(await readdir(join(disk, 'out'))).toEqual([]);
    });

    test.each([
      ['flac', 100, 'the FLAC'],
      ['mp3', 400, 'the MP3'],
      ['mp4', 500, 'the MP4'],
      ['wav', 100, 'the WAV'],
    ] as const)('a copy as %s is refused before anything is written', async (format, seconds, what) => {
      const disk = await nearlyFullDisk(2);
      const masterPath = join(await temporaryFolder(), 'master.wav');
      await ffmpeg(
        '-f',
        'lavfi',
        '-i',
        `anoisesrc=r=16000:a=0.2:d=${seconds}`,
        '-c:a',
        'pcm_s16le',
        masterPath,
      );
      const encoder = createEncoder({ ffmpeg: await realFfmpeg(), log: () => undefined });
      onTestFinished(() => encoder.close());
      const written: number[] = [];
      const job = { format, masterPath, finalPath: join(disk, `copy.${format}`), gain: 2 };
      const refused = encoder.encodeFile({ ...job, onProgress: (done) => written.push(done) });
      await expect(refused).rejects.toMatchObject({ code: 'DISK_FULL' });
      await expect(refused).rejects.toThrow(`too little room: ${what} may need`);
      expect(written).toEqual([]);
      expect(await readdir(disk)).toEqual(['other-files']);
    });

    test('a mix, and a file of speech for a recogniser, are refused too', async () => {
      const disk = await nearlyFullDisk(1);
      const masterPath = join(await temporaryFolder(), 'master.wav');
      await ffmpeg(
        ...['-f', 'lavfi', '-i', 'anoisesrc=r=16000:a=0.2:d=100', '-c:a', 'pcm_s16le'],
        ...['-fflags', '+bitexact', masterPath],
      );
      const mix = buildMix({
        masterPaths: [masterPath, masterPath],
        path: join(disk, 'mix.wav'),
        markers: [],
      });
      await expect(mix).rejects.toMatchObject({ code: 'DISK_FULL' });
      await expect(mix).rejects.toThrow('too little room: the mix of both sides may need');
      const stretch: SpeechStretch = {
        ...{ role: 'user', part: 1, path: masterPath, sampleRate: 16_000, startFrame: 0, frames: 1_600_000 },
        ...{ startMs: 0, startedAt: '2026-01-01T00:00:00.000Z', turn: null },
      };
      const speech = writeSpeechWav(join(disk, 'speech.wav'), [stretch], new AbortController().signal);
      await expect(speech).rejects.toThrow('too little room: what is to be recognised may need 32320');
      expect(await readdir(disk)).toEqual(['other-files']);
    });
  },
);

describe.each(['SIGINT', 'SIGTERM'] as const)('told to end by %s', (signal) => {
  test('a repair ends its ffmpeg and leaves nothing half written', async () => {
    const folder = await temporaryFolder();
    const out = join(folder, 'out');
    await mkdir(out);
    const damaged = join(folder, 'damaged.mp3');
    await ffmpeg('-f', 'lavfi', '-i', 'sine=440:d=120', '-c:a', 'libmp3lame', '-b:a', '64k', damaged);
    const whole = await readFile(damaged);
    await writeFile(
      damaged,
      Buffer.concat([whole.subarray(0, 300_000), Buffer.alloc(3000, 7), whole.subarray(303_000)]),
    );
    const slow = await slowFfmpeg(folder, '-c copy');
    const command = startLectern(['repair', damaged, '--output', out], {
      env: { LECTERN_FFMPEG: slow.path },
    });
    await expect.poll(slow.pids, { timeout: 60_000 }).toHaveLength(1);
    await expect.poll(() => readdir(out), { timeout: 60_000 }).toHaveLength(1);
    command.child.kill(signal);
    const { code, stderr } = await command.outcome;
    expect(code).toBe(1);
    expect(stderr).toContain('lectern: stopped; what was being written is removed\n');
    expect((await slow.pids()).filter(isRunning)).toEqual([]);
    expect(await readdir(out)).toEqual([]);
  });

  test('an export ends its ffmpeg and leaves nothing half written', async () => {
    const folder = await temporaryFolder();
    const dir = join(folder, 'data');
    const input = join(folder, 'tone.wav');
    await ffmpeg('-f', 'lavfi', '-i', 'sine=440:r=16000:d=120', '-c:a', 'pcm_s16le', input);
    const recorded = await lectern([
      'record',
      '--dir',
      dir,
      '--out',
      join(folder, 'out'),
      '--input',
      input,
      '--speed',
      '0',
    ]);
    expect(recorded.code).toBe(0);
    const sessions = async () => (await readdir(join(dir, 'recordings'), { recursive: true })).toSorted();
    const before = await sessions();
    const [id = ''] = before;
    const slow = await slowFfmpeg(folder, '-map_chapters');
    const args = ['export', id, '--dir', dir, '--format', 'flac'];
    const command = startLectern(args, { env: { LECTERN_FFMPEG: slow.path } });
    await expect.poll(slow.pids, { timeout: 60_000 }).toHaveLength(1);
    command.child.kill(signal);
    expect((await command.outcome).code).toBe(1);
    expect((await slow.pids()).filter(isRunning)).toEqual([]);
    expect(await sessions()).toEqual(before);
  });
});
