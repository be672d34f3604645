import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decodeMulaw } from '../../../src-main/audio/mulaw.ts';
import { INTAKE_PIECE_BYTES } from '../../../src-main/contract/intake.ts';
import { codeOf } from '../../support/intake-client.ts';
import { pathsUnder, startIntakeServer } from '../../support/intake-server.ts';
import { masterSamples, readWav } from '../../support/read-wav.ts';
import { durationSeconds, ffmpeg, sox, speak } from './sounds.ts';

let sounds: string;
const sound = (name: string) => readFile(join(sounds, name));

/** Speech of some seconds: as a plain WAV, as the mu-law of a call, and in other containers. */
beforeAll(async () => {
  sounds = await mkdtemp(join(tmpdir(), 'lectern-sounds-'));
  const at = (name: string) => join(sounds, name);
  await speak(at('speech.wav'));
  await sox(at('speech.wav'), '-r', '16000', at('whole.wav'));
  await sox(at('whole.wav'), at('stereo.wav'), 'remix', '1', '1');
  await sox(at('speech.wav'), '-t', 'raw', '-e', 'mu-law', '-b', '8', '-r', '8000', at('call.raw'));
  const pcm = ['-t', 'raw', '-e', 'signed', '-b', '16', '-r', '8000', '-c', '1'];
  await sox(...pcm, at('call.raw'), at('garbled.wav'));
  const fragments = ['-movflags', '+frag_keyframe+empty_moov', '-frag_duration', '500000'];
  await ffmpeg('-i', at('whole.wav'), ...fragments, at('live.mp4'));
  await ffmpeg('-i', at('whole.wav'), at('song.flac'));
  await ffmpeg('-i', at('whole.wav'), at('plain.mp4'));
  return () => rm(sounds, { recursive: true });
});

/** A WAV whose recorder died before it could fill in the sizes. */
async function zeroSized(): Promise<Buffer> {
  const bytes = Buffer.from(await sound('whole.wav'));
  bytes.writeUInt32LE(36, 4);
  bytes.writeUInt32LE(0, 40);
  return bytes;
}

describe('a file from outside is looked at, mended, and becomes a recording', () => {
  test('a WAV whose header says that it is empty: every sample is back, and the bytes that came are kept', async () => {
    const server = await startIntakeServer();
    const broken = await zeroSized();
    const id = await server.send('Board meeting 3.wav', broken, 50_000);
    const examination = await server.examine(id);
    expect(examination).toMatchObject({
      name: 'Board meeting 3.wav',
      verdict: 'mendable',
      kind: 'wav',
      mending: 'write_header',
      faults: [{ code: 'zero-sizes' }],
      sound: { sample_rate: 16_000, channels: 1 },
    });
    const mended = await server.mend(id);
    expect(mended.name).toBe('Board meeting 3.repaired.wav');
    expect(await server.fetchBytes(mended.url)).toEqual(await sound('whole.wav'));

    const session = await server.add(id);
    expect(session).toMatchObject({
      title: 'Board meeting 3',
      status: 'recovered',
      sample_rate: 16_000,
      imported: {
        name: 'Board meeting 3.wav',
        mended: true,
        faults: ['zero-sizes'],
        kept: [{ role: 'original' }],
      },
    });
    const folder = join(server.recordings, session.id);
    const [master] = session.files;
    expect(await readFile(join(server.recordings, master?.file_path ?? ''))).toEqual(
      await sound('whole.wav'),
    );
    expect(await server.fetchBytes(master?.url ?? '')).toEqual(await sound('whole.wav'));
    const kept = session.imported?.kept[0]?.file_path ?? '';
    expect(await readFile(join(server.recordings, kept))).toEqual(broken);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(folder))
      expect((await stat(join(folder, name))).mode & 0o077, name).toBe(0);
    expect(await pathsUnder(server.intakeDir)).not.toContain(id);
    expect(codeOf(await server.ask('GET', `/api/intake/${id}`))).toBe('INTAKE_NOT_FOUND');
    // What a lost catalog is made anew from.
    await server.end('SIGTERM');
    for (const name of await readdir(server.dir))
      if (name.startsWith('lectern.db')) await rm(join(server.dir, name));
    const again = await startIntakeServer(server.dir);
    expect(await again.ask('GET', `/api/sessions/${session.id}`)).toMatchObject({
      body: { title: 'Board meeting 3', imported: { kept: [{ role: 'original' }] } },
    });
  });

  test('the mu-law bytes of a call under a header for PCM: the call is heard again', async () => {
    const server = await startIntakeServer();
    const id = await server.send('call.wav', await sound('garbled.wav'));
    expect(await server.examine(id)).toMatchObject({
      verdict: 'mendable',
      mending: 'decode_mulaw',
      faults: [{ code: 'mulaw-as-pcm' }],
    });
    const session = await server.add(id, { title: 'A call' });
    const { samples, sampleRate } = await readWav(join(server.recordings, session.files[0]?.file_path ?? ''));
    const mulaw = await sound('call.raw');
    expect(sampleRate).toBe(8000);
    expect(samples.equals(Buffer.from(decodeMulaw(mulaw.subarray(0, mulaw.length & ~1))))).toBe(true);
    expect(session.title).toBe('A call');
  });

  test('an MP4 cut off in the middle: what is left plays, as it was encoded and as a recording', async () => {
    const server = await startIntakeServer();
    const whole = await sound('live.mp4');
    const id = await server.send('../../lesson.mp4', whole.subarray(0, Math.floor(whole.length * 0.6)));
    expect(await server.examine(id)).toMatchObject({
      name: 'lesson.mp4',
      verdict: 'mendable',
      mending: 'copy_audio',
      faults: [{ code: 'truncated' }],
    });
    const session = await server.add(id);
    const seconds = (await masterSamples(join(sounds, 'whole.wav'))).length / 32_000;
    expect(session.duration_seconds / seconds).toBeGreaterThan(0.4);
    expect(session.duration_seconds / seconds).toBeLessThan(0.7);
    expect(session.imported?.kept.map(({ role }) => role)).toEqual(['original', 'mended']);
    const master = await masterSamples(join(server.recordings, session.files[0]?.file_path ?? ''));
    expect(master.length / 32_000).toBeCloseTo(session.duration_seconds, 5);
    const mendedPath = join(server.recordings, session.imported?.kept[1]?.file_path ?? '');
    expect(Math.abs((await durationSeconds(mendedPath)) - session.duration_seconds)).toBeLessThan(0.15);
  });

  test.each([
    ['whole.wav', 1, []],
    ['stereo.wav', 2, []],
    ['song.flac', 1, ['original']],
  ])('%s has nothing to mend, and is taken as it is', async (name, channels, kept) => {
    const server = await startIntakeServer();
    const bytes = await sound(name);
    const id = await server.send(name, bytes);
    expect(await server.examine(id)).toMatchObject({
      verdict: 'whole',
      faults: [],
      sound: { channels, sample_rate: 16_000 },
    });
    expect(codeOf(await server.ask('POST', `/api/intake/${id}/mend`))).toBe('INVALID_AUDIO_FILE');
    const session = await server.add(id);
    expect(session).toMatchObject({ status: 'completed', channels, imported: { mended: false, faults: [] } });
    expect(session.imported?.kept.map(({ role }) => role)).toEqual(kept);
    const original = session.imported?.kept[0]?.file_path ?? session.files[0]?.file_path ?? '';
    expect(await readFile(join(server.recordings, original))).toEqual(bytes);
    const master = await masterSamples(join(server.recordings, session.files[0]?.file_path ?? ''));
    expect(master.equals(await masterSamples(join(sounds, name.replace('song.flac', 'whole.wav'))))).toBe(
      true,
    );
    const exported = await server.ask('POST', `/api/sessions/${session.id}/export`, { format: 'mp3' });
    expect(exported.status).toBe(200);
  });

  test('bare samples are assumed to be what they mostly are, until somebody knows better', async () => {
    const server = await startIntakeServer();
    const id = await server.send('call.raw', await sound('call.raw'));
    expect(await server.examine(id)).toMatchObject({
      verdict: 'mendable',
      kind: 'raw',
      assumed: true,
      sound: { sample_rate: 8000, channels: 1 },
    });
    expect(JSON.stringify(await server.examine(id))).not.toContain('--rate');
    await server.mend(id);
    expect(await server.examine(id, { sample_rate: 16_000, channels: 1 })).toMatchObject({
      assumed: false,
      sound: { sample_rate: 16_000 },
    });
    expect((await server.mend(id)).sound?.sample_rate).toBe(16_000);
    expect(await server.add(id)).toMatchObject({ sample_rate: 16_000 });
  });

  test('what cannot be mended is said to be so, and what is no audio is not taken for it', async () => {
    const server = await startIntakeServer();
    const cut = (await sound('plain.mp4')).subarray(0, 9000);
    const noIndex = await server.send('cut.mp4', cut);
    expect(await server.examine(noIndex)).toMatchObject({
      verdict: 'hopeless',
      faults: [{ code: 'no-index' }],
    });
    const program = await server.send(
      'setup.wav.exe',
      (await readFile(process.execPath)).subarray(0, 300_000),
    );
    expect(await server.examine(program)).toMatchObject({ verdict: 'unknown' });
    // ffmpeg would read a playlist, and whatever files and addresses it names, under any name.
    const secret = join(server.dir, 'secret.wav');
    await writeFile(secret, await sound('whole.wav'));
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://${secret}\n#EXT-X-ENDLIST\n`;
    for (const name of ['list.mp3', 'list.m3u8', 'list.flac']) {
      const id = await server.send(name, Buffer.from(playlist));
      expect((await server.examine(id)).verdict, name).not.toBe('whole');
      expect((await server.ask('POST', `/api/intake/${id}/add`)).status, name).toBeGreaterThanOrEqual(400);
    }
    for (const id of [noIndex, program])
      expect((await server.ask('POST', `/api/intake/${id}/add`)).status).toBeGreaterThanOrEqual(400);
    expect(await pathsUnder(server.recordings)).toEqual([]);
    expect(await server.ask('GET', '/api/sessions')).toMatchObject({ body: { total: 0 } });
  });
});

describe('called off or killed in the middle', () => {
  test('called off while it is mended, the work ends, and neither half a file nor half a session stays', async () => {
    const server = await startIntakeServer();
    const id = await server.send('long.wav', await longBroken());
    const adding = server.ask('POST', `/api/intake/${id}/add`);
    await expect
      .poll(
        async () =>
          z.object({ stage: z.string() }).safeParse((await server.ask('GET', `/api/intake/${id}`)).body).data
            ?.stage,
      )
      .toBe('adding');
    await server.ask('DELETE', `/api/intake/${id}`);
    expect(codeOf(await adding)).toBe('INTAKE_NOT_FOUND');
    expect((await pathsUnder(server.intakeDir)).filter((path) => path.includes(id))).toEqual([]);
    expect(await pathsUnder(server.recordings)).toEqual([]);
  });

  test('killed while it is sent, mended and imported, the next start leaves nothing of it', async () => {
    const server = await startIntakeServer();
    const half = await server.begin('half.wav', 2 * INTAKE_PIECE_BYTES);
    await server.put(half, 0, new Uint8Array(INTAKE_PIECE_BYTES));
    const id = await server.send('long.wav', await longBroken());
    const adding = server.ask('POST', `/api/intake/${id}/add`).catch(() => undefined);
    await expect
      .poll(
        async () =>
          z.object({ stage: z.string() }).safeParse((await server.ask('GET', `/api/intake/${id}`)).body).data
            ?.stage,
      )
      .toBe('adding');
    await server.end('SIGKILL');
    await adding;
    expect((await pathsUnder(server.intakeDir)).length).toBeGreaterThan(0);
    // As a kill in the middle of the last step leaves it.
    await mkdir(join(server.recordings, `.importing-${randomUUID()}`), { recursive: true });
    const again = await startIntakeServer(server.dir);
    expect(existsSync(server.intakeDir)).toBe(false);
    expect(await pathsUnder(server.recordings)).toEqual([]);
    expect(await again.ask('GET', '/api/sessions')).toMatchObject({ body: { total: 0 } });
  });
});

/** 120 MB, so that writing it anew is caught in the act. */
async function longBroken(): Promise<Buffer> {
  const audio = await sound('call.raw');
  const long = Buffer.alloc(60 * 1024 * 1024, audio);
  return Buffer.concat([(await sound('garbled.wav')).subarray(0, 44), long]);
}
