import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createChildProcesses } from '../../../src-main/encode/ffmpeg/child-processes.ts';
import type { FfmpegCandidate } from '../../../src-main/encode/ffmpeg/candidates.ts';
import { listFfmpegCandidates, unpackedPath } from '../../../src-main/encode/ffmpeg/candidates.ts';
import { startFfmpegLive } from '../../../src-main/encode/ffmpeg/live.ts';
import { findFfmpeg } from '../../../src-main/encode/ffmpeg/find-ffmpeg.ts';
import { decode, fakeFfmpeg, probe, tone, until, writeWav } from './audio-files.ts';
import { claimedFfmpeg, realFfmpeg, silent, testEncoder } from './encoders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SECOND = { sampleRate: 16_000, channels: 1, frames: 16_000, amplitude: 8000 } as const;
const NEVER_READS = 'exec sleep 300';
const WRITES_GARBAGE = 'cat >/dev/null; for last; do :; done; echo garbage >"${last#file:}"';

async function liveJob(format: 'mp4' | 'mp3' = 'mp4') {
  const folder = await temporaryFolder();
  const finalPath = join(folder, `user.${format}`);
  await writeFile(finalPath, 'the earlier file');
  const partialPath = join(folder, `user.partial.${format}`);
  return { folder, job: { ...SECOND, format, partialPath, finalPath } };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a live encoder that fails', () => {
  test('says so when ffmpeg is killed, and leaves what was there', async () => {
    const { folder, job } = await liveJob();
    const { path } = await realFfmpeg();
    const children = createChildProcesses();
    let pid = 0;
    const start = (...args: Parameters<typeof children.start>) => {
      const child = children.start(...args);
      pid = child.process.pid ?? 0;
      return child;
    };
    const options = {
      path,
      children: { ...children, start },
      log: silent,
      maxQueueBytes: 2 ** 24,
      stallMs: 5000,
    };
    const live = startFfmpegLive(options, job);
    live.write(tone(SECOND));
    process.kill(pid, 'SIGKILL');
    await until(() => live.failure !== undefined);
    expect(live.failure?.message).toContain('SIGKILL');
    live.write(tone(SECOND));
    await expect(live.finish()).rejects.toMatchObject({ code: 'ENCODING_FAILED' });
    expect(await readdir(folder)).toEqual(['user.mp4']);
    expect(await readFile(job.finalPath, 'utf8')).toBe('the earlier file');
  });

  test('fails rather than fill the memory when ffmpeg takes nothing', async () => {
    const { folder, job } = await liveJob();
    const path = await fakeFfmpeg(await temporaryFolder(), NEVER_READS);
    const encoder = testEncoder({ ffmpeg: claimedFfmpeg(path), maxQueueBytes: 256 * 1024 });
    const live = encoder.startLive(job);
    for (let second = 0; second < 20; second++) live.write(tone(SECOND));
    expect(live.failure?.message).toContain('behind');
    await expect(live.finish()).rejects.toThrow('behind');
    expect(await readdir(folder)).toEqual(['user.mp4']);
  });

  test('does not hold up stop when ffmpeg hangs', async () => {
    const { folder, job } = await liveJob();
    const path = await fakeFfmpeg(await temporaryFolder(), NEVER_READS);
    const live = testEncoder({ ffmpeg: claimedFfmpeg(path), stallMs: 200 }).startLive(job);
    live.write(tone(SECOND));
    await expect(live.finish()).rejects.toThrow('did not finish');
    expect(await readdir(folder)).toEqual(['user.mp4']);
  });

  test.each(['mp4', 'mp3'] as const)(
    'is given up while recording when ffmpeg takes everything and writes nothing (%s)',
    async (format) => {
      const { folder, job } = await liveJob(format);
      const path = await fakeFfmpeg(await temporaryFolder(), 'cat >/dev/null');
      const live = testEncoder({ ffmpeg: claimedFfmpeg(path), stallMs: 100 }).startLive(job);
      await until(() => {
        live.write(tone(SECOND));
        return live.failure !== undefined;
      });
      expect(live.failure?.message).toContain('written nothing');
      await expect(live.finish()).rejects.toThrow('written nothing');
      expect(await readdir(folder)).toEqual([`user.${format}`]);
    },
  );

  test('is ended at stop when it stopped in the middle of a recording', async () => {
    const { folder, job } = await liveJob();
    const { path } = await realFfmpeg();
    const children = createChildProcesses();
    let pid = 0;
    const start = (...args: Parameters<typeof children.start>) => {
      const child = children.start(...args);
      pid = child.process.pid ?? 0;
      return child;
    };
    const options = {
      path,
      children: { ...children, start },
      log: silent,
      maxQueueBytes: 2 ** 24,
      stallMs: 400,
    };
    const live = startFfmpegLive(options, job);
    for (let second = 0; second < 3; second++) live.write(tone(SECOND));
    await until(async () => (await stat(job.partialPath)).size > 0);
    process.kill(pid, 'SIGSTOP');
    live.write(tone(SECOND));
    await expect(live.finish()).rejects.toThrow('did not finish');
    expect(await readdir(folder)).toEqual(['user.mp4']);
    expect(await readFile(job.finalPath, 'utf8')).toBe('the earlier file');
  });

  test.each([
    { what: 'is missing', script: undefined },
    { what: 'ends at once', script: 'exit 3' },
    { what: 'writes garbage', script: WRITES_GARBAGE },
  ])('rejects at stop when ffmpeg $what, and keeps the earlier file', async ({ script }) => {
    for (const format of ['mp4', 'mp3'] as const) {
      const { folder, job } = await liveJob(format);
      const bin = await temporaryFolder();
      const path = script === undefined ? join(bin, 'ffmpeg') : await fakeFfmpeg(bin, script);
      const live = testEncoder({ ffmpeg: claimedFfmpeg(path) }).startLive(job);
      live.write(tone(SECOND));
      await expect(live.finish()).rejects.toMatchObject({ code: 'ENCODING_FAILED' });
      expect(live.failure).toBeInstanceOf(Error);
      expect(await readdir(folder)).toEqual([`user.${format}`]);
      expect(await readFile(job.finalPath, 'utf8')).toBe('the earlier file');
    }
  });

  test('leaves no ffmpeg behind when it is finished before any audio came', async () => {
    const { folder, job } = await liveJob();
    const { path } = await realFfmpeg();
    const children = createChildProcesses();
    const live = startFfmpegLive({ path, children, log: silent, maxQueueBytes: 2 ** 24, stallMs: 5000 }, job);
    expect(children.running).toBe(1);
    await expect(live.finish()).rejects.toThrow('no audio');
    expect(children.running).toBe(0);
    expect(await readdir(folder)).toEqual(['user.mp4']);
  });

  test('is called off while the index is put in front, and nothing goes on running', async () => {
    const { folder, job } = await liveJob();
    const bin = await temporaryFolder();
    const { path: real } = await realFfmpeg();
    const hangsOnIndex = `case "$*" in *-copyts*) echo $$ >${join(bin, 'pid')}; ${NEVER_READS};; esac; exec ${real} "$@"`;
    const path = await fakeFfmpeg(bin, hangsOnIndex);
    const live = testEncoder({ ffmpeg: claimedFfmpeg(path), stallMs: 600_000 }).startLive(job);
    live.write(tone(SECOND));
    const finished = live.finish().then(
      () => 'finished',
      (error: unknown) => error,
    );
    const readPid = async () => Number(await readFile(join(bin, 'pid'), 'utf8').catch(() => ''));
    await until(async () => (await readPid()) > 0);
    await live.abort();
    expect(await finished).toMatchObject({ code: 'ENCODING_FAILED' });
    expect(isAlive(await readPid())).toBe(false);
    expect(await readdir(folder)).toEqual(['user.mp4']);
    expect(await readFile(job.finalPath, 'utf8')).toBe('the earlier file');
  });

  test.each(['ffmpeg', 'built-in'] as const)('reports a folder that is not there (%s)', async (kind) => {
    const encoder = testEncoder({ ffmpeg: kind === 'ffmpeg' ? await realFfmpeg() : undefined });
    const partialPath = join(await temporaryFolder(), 'missing', 'user.partial.mp4');
    const live = encoder.startLive({
      ...SECOND,
      format: 'mp4',
      partialPath,
      finalPath: `${partialPath}.final`,
    });
    live.write(tone(SECOND));
    await until(() => live.failure !== undefined);
    await expect(live.finish()).rejects.toMatchObject({ code: 'ENCODING_FAILED' });
  });
});

test('closing the encoder ends an ffmpeg that hangs', async () => {
  const { job } = await liveJob();
  const bin = await temporaryFolder();
  const path = await fakeFfmpeg(bin, `echo $$ >${join(bin, 'pid')}; ${NEVER_READS}`);
  const encoder = testEncoder({ ffmpeg: claimedFfmpeg(path) });
  encoder.startLive(job);
  const readPid = async () => Number(await readFile(join(bin, 'pid'), 'utf8').catch(() => ''));
  await until(async () => (await readPid()) > 0);
  const pid = await readPid();
  expect(isAlive(pid)).toBe(true);
  await encoder.close();
  expect(isAlive(pid)).toBe(false);
});

test.each(['exit 1', WRITES_GARBAGE])(
  'an export is made without ffmpeg when ffmpeg does "%s"',
  async (script) => {
    const folder = await temporaryFolder();
    const masterPath = join(folder, 'master.wav');
    await writeWav(masterPath, tone(SECOND), 16_000, 1);
    const path = await fakeFfmpeg(await temporaryFolder(), script);
    const warnings: string[] = [];
    const encoder = testEncoder({ ffmpeg: claimedFfmpeg(path), log: (_, message) => warnings.push(message) });
    for (const format of ['mp4', 'mp3'] as const) {
      const finalPath = join(folder, `copy.${format}`);
      await encoder.encodeFile({ format, masterPath, finalPath, gain: 1 });
      expect((await decode(finalPath)).length).toBeGreaterThan(15_200);
    }
    expect(warnings).toHaveLength(2);
    const flac = encoder.encodeFile({
      format: 'flac',
      masterPath,
      finalPath: join(folder, 'copy.flac'),
      gain: 1,
    });
    await expect(flac).rejects.toMatchObject({ code: 'ENCODING_FAILED' });
    expect((await readdir(folder)).toSorted()).toEqual(['copy.mp3', 'copy.mp4', 'master.wav']);
  },
);

describe('finding ffmpeg', () => {
  test('passes over what is missing, broken, silent or something else, and says which and why', async () => {
    const real = await realFfmpeg();
    const fakes = ['exit 1', 'echo hello', NEVER_READS];
    const paths = await Promise.all(fakes.map(async (script) => fakeFfmpeg(await temporaryFolder(), script)));
    const folder = await temporaryFolder();
    const notExecutable = join(folder, 'ffmpeg');
    await writeFile(notExecutable, '#!/bin/sh\n', { mode: 0o600 });
    const broken = [join(folder, 'missing'), notExecutable, ...paths];
    const candidates: FfmpegCandidate[] = [
      ...broken.map((path): FfmpegCandidate => ({ source: 'LECTERN_FFMPEG', path })),
      { source: 'PATH', path: real.path },
    ];
    const words: string[] = [];
    const found = await findFfmpeg({ candidates, timeoutMs: 4000, log: (_, message) => words.push(message) });
    expect(found).toMatchObject({ source: 'PATH', path: real.path });
    expect(
      words.slice(0, -1).map((each) => each.replace('Passing over the ffmpeg of LECTERN_FFMPEG: ', '')),
    ).toEqual([
      'no executable file is there',
      'no executable file is there',
      'it could not be run (1)',
      'asked for its version, it did not answer as ffmpeg does',
      'no answer within 4 s',
    ]);
  });

  test('finds none where there is none, and MP4 is made all the same', async () => {
    const ffmpeg = await findFfmpeg({
      candidates: [{ source: 'PATH', path: '/nowhere/ffmpeg' }],
      log: silent,
    });
    expect(ffmpeg).toBeUndefined();
    const { job } = await liveJob();
    const encoder = testEncoder({ ffmpeg });
    expect(encoder.info).toMatchObject({ kind: 'built-in', source: 'mediabunny' });
    const live = encoder.startLive(job);
    live.write(tone(SECOND));
    await live.finish();
    expect((await probe(job.finalPath)).codec).toBe('aac');
  });

  test('prefers the one the user named, then PATH, and never one in the current folder', async () => {
    const folder = await temporaryFolder();
    const path = await fakeFfmpeg(folder, 'exit 0');
    await mkdir(join(folder, 'empty'));
    const found = await listFfmpegCandidates({
      LECTERN_FFMPEG: '/mine/ffmpeg',
      PATH: ['.', '', join(folder, 'empty'), folder].join(':'),
    });
    const others = found.filter((candidate) => candidate.source !== 'ffmpeg-static');
    expect(others).toEqual([
      { source: 'LECTERN_FFMPEG', path: '/mine/ffmpeg' },
      { source: 'PATH', path },
    ]);
    expect(await listFfmpegCandidates({})).not.toContainEqual(expect.objectContaining({ source: 'PATH' }));
  });

  test('runs a packaged ffmpeg from beside the archive, not from inside it', () => {
    expect(unpackedPath('/opt/Lectern/resources/app.asar/node_modules/ffmpeg-static/ffmpeg')).toBe(
      '/opt/Lectern/resources/app.asar.unpacked/node_modules/ffmpeg-static/ffmpeg',
    );
  });
});
