import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { nextWhole } from '../../support/protocol-client.ts';
import { listFfmpegCandidates } from '../../../src-main/encode/ffmpeg/candidates.ts';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { findFfmpeg } from '../../../src-main/encode/ffmpeg/find-ffmpeg.ts';
import { openWebSocketHost, type ProtocolHost } from '../../support/protocol-hosts.ts';
import { readWav } from '../../support/read-wav.ts';

let host: ProtocolHost | undefined;
afterEach(async () => {
  await host?.dispose();
  host = undefined;
});

const log = (): undefined => undefined;

async function openHost(
  overrides: Parameters<typeof openWebSocketHost>[0] = {},
): Promise<Required<ProtocolHost>> {
  const ffmpeg = await findFfmpeg({ candidates: await listFfmpegCandidates(process.env), log });
  const opened = await openWebSocketHost({ encoder: createEncoder({ ffmpeg, log }), ...overrides });
  host = opened;
  if (opened.ask === undefined) throw new Error('this host has no HTTP');
  return { ...opened, ask: opened.ask };
}

/** A second of a loud tone, so that gain has something to clamp. */
function tone(seconds: number): Buffer {
  const samples = Int16Array.from({ length: 16_000 * seconds }, (_, index) =>
    Math.round(20_000 * Math.sin((2 * Math.PI * 440 * index) / 16_000)),
  );
  return Buffer.from(samples.buffer);
}

async function record(opened: ProtocolHost, id: string, start: object, audio: Buffer) {
  const client = await opened.connect(id);
  client.say({ action: 'start', format: 'wav', ...start });
  for (let at = 0; at < audio.length; at += 32_000) client.sendAudio(audio.subarray(at, at + 32_000));
  client.say({ action: 'stop' });
  const stopped = await nextWhole(client);
  client.close();
  return stopped;
}

function probe(path: string): string {
  const args = [
    '-v',
    'error',
    '-show_entries',
    'stream=codec_name,sample_rate,channels:format=duration',
    '-of',
    'csv=p=0',
  ];
  return spawnSync('ffprobe', [...args, path], { encoding: 'utf8' })
    .stdout.trim()
    .replace('\n', ',');
}

function decodedSeconds(path: string): number {
  const args = ['-v', 'error', '-i', path, '-ac', '1', '-ar', '16000', '-f', 's16le', '-'];
  return spawnSync('ffmpeg', args, { maxBuffer: 2 ** 26 }).stdout.length / 2 / 16_000;
}

describe('deliveries', () => {
  for (const [format, codec, rate] of [
    ['mp4', 'aac', 16_000],
    ['mp3', 'mp3', 16_000],
  ] as const)
    test(`${format} is there at stop, of the right kind and length, with the raw master beside it`, async () => {
      const opened = await openHost();
      const { files } = await record(opened, 'delivered', { format }, tone(5));
      expect(files.map((file) => [file.type, file.format])).toEqual([
        ['user', format],
        ['user', 'wav'],
      ]);
      const path = join(opened.dataDir, 'recordings', files[0]?.file_path ?? '');
      const [codecRead, rateRead, channels] = probe(path).split(',');
      expect([codecRead, Number(rateRead), Number(channels)]).toEqual([codec, rate, 1]);
      // Decoded, not as announced: an MP3's announced length counts the encoder's own delay, which players leave out.
      expect(Math.abs(decodedSeconds(path) - 5)).toBeLessThan(0.05);
      const master = await readWav(join(opened.dataDir, 'recordings', files[1]?.file_path ?? ''));
      expect(master.samples.equals(tone(5))).toBe(true);
    });

  test('gain amplifies and clamps the delivered copy, and the master stays raw', async () => {
    const opened = await openHost();
    const { files } = await record(opened, 'gained', { gain: 2 }, tone(1));
    const [delivered, master] = await Promise.all(
      files.map((file) => readWav(join(opened.dataDir, 'recordings', file.file_path))),
    );
    expect(master?.samples.equals(tone(1))).toBe(true);
    const loud = new Int16Array(Uint8Array.from(delivered?.samples ?? []).buffer);
    const raw = new Int16Array(Uint8Array.from(master?.samples ?? []).buffer);
    expect(Array.from(loud)).toEqual(
      Array.from(raw, (sample) => Math.max(-32768, Math.min(32767, sample * 2))),
    );
  });
});

describe('library', () => {
  test('a session can be found, renamed, exported and moved to the trash, and comes back with its folder', async () => {
    const trash = { dir: '' };
    const opened = await openHost({
      moveToTrash: async (path) => {
        await mkdir(trash.dir, { recursive: true });
        await rename(path, join(trash.dir, 'kept'));
      },
    });
    trash.dir = join(opened.dataDir, 'trash');
    await record(opened, 'kept', { title: 'Algebra' }, tone(2));
    await record(opened, 'other', { title: 'History' }, tone(1));

    expect((await opened.ask('GET', '/api/sessions?query=algeb')).body).toMatchObject({
      total: 1,
      sessions: [{ id: 'kept', title: 'Algebra', duration_seconds: 2, status: 'completed' }],
    });
    expect((await opened.ask('PATCH', '/api/sessions/kept', { title: '100 %' })).body).toMatchObject({
      title: '100 %',
    });
    expect((await opened.ask('GET', '/api/sessions?query=100%20%25')).body).toMatchObject({ total: 1 });
    expect((await opened.ask('GET', '/api/sessions?query=%25')).body).toMatchObject({ total: 1 });

    const exported = await opened.ask('POST', '/api/sessions/kept/export', { format: 'flac' });
    expect(exported.body).toMatchObject({ files: [{ format: 'flac', duration_ms: 2000 }] });
    const names = await readdir(join(opened.dataDir, 'recordings', 'kept'));
    const flac = names.find((name) => name.endsWith('.flac')) ?? '';
    expect(probe(join(opened.dataDir, 'recordings', 'kept', flac))).toMatch(/^flac,16000,1,2\.0/);

    expect(await opened.ask('POST', '/api/sessions/kept/reveal')).toMatchObject({ status: 200 });
    expect(await opened.ask('DELETE', '/api/sessions/kept')).toEqual({ status: 200, body: { id: 'kept' } });
    expect((await opened.ask('GET', '/api/sessions')).body).toMatchObject({
      total: 1,
      sessions: [{ id: 'other' }],
    });
    expect((await opened.ask('GET', '/api/sessions/kept')).status).toBe(404);
    await cp(join(trash.dir, 'kept'), join(opened.dataDir, 'recordings', 'kept'), { recursive: true });
    expect((await opened.ask('GET', '/api/sessions')).body).toMatchObject({ total: 2 });
  });

  test('a trash that refuses leaves the recording where it was and says so', async () => {
    const opened = await openHost({ moveToTrash: () => Promise.reject(new Error('no trash here')) });
    const { files } = await record(opened, 'kept', {}, tone(1));
    const answer = await opened.ask('DELETE', '/api/sessions/kept');
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'TRASH_FAILED' } } });
    expect((await stat(join(opened.dataDir, 'recordings', files[0]?.file_path ?? ''))).size).toBeGreaterThan(
      0,
    );
    expect((await opened.ask('GET', '/api/sessions')).body).toMatchObject({ total: 1 });
  });

  test('a file that was taken away is listed as missing, not forgotten', async () => {
    const opened = await openHost();
    const { files } = await record(opened, 'gone', {}, tone(1));
    await rm(join(opened.dataDir, 'recordings', files[0]?.file_path ?? ''));
    expect((await opened.ask('GET', '/api/sessions/gone')).body).toMatchObject({
      files: [{ status: 'missing' }],
    });
    expect(await opened.ask('POST', '/api/sessions/gone/export', { format: 'mp3' })).toMatchObject({
      body: { error: { code: 'FILE_MISSING' } },
    });
  });

  test('a session that is being recorded cannot be deleted', async () => {
    const opened = await openHost();
    const client = await opened.connect('running');
    client.say({ action: 'start', format: 'wav' });
    await client.next('recording_started');
    expect(await opened.ask('DELETE', '/api/sessions/running')).toMatchObject({
      status: 409,
      body: { error: { code: 'SESSION_ACTIVE' } },
    });
  });
});
