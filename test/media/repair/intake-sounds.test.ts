import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { measureLevels } from '../../../src-main/audio/levels.ts';
import type { SessionRecord } from '../../../src-main/contract/session-record.ts';
import { createAudioDecoder } from '../../../src-main/encode/ffmpeg/audio-decoder.ts';
import { examineFile, requireAddable } from '../../../src-main/library/intake/examine-file.ts';
import { createRepairer } from '../../../src-main/repair/repairer.ts';
import { codeOf } from '../../support/intake-client.ts';
import { pathsUnder, startIntakeServer } from '../../support/intake-server.ts';
import { readWav } from '../../support/read-wav.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ffmpeg, speak } from './sounds.ts';

let folder: string;
let speech: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = await temporaryFolder();
  speech = at('speech.wav');
  await speak(speech);
});

type Server = Awaited<ReturnType<typeof startIntakeServer>>;

async function added(server: Server, name: string) {
  const id = await server.send(name, await readFile(at(name)));
  const examination = await server.examine(id);
  const session = await server.add(id);
  const wav = await readWav(masterPath(server, session));
  return { examination, session, wav, levels: measureLevels(wav.samples) };
}

const masterPath = (server: Server, session: SessionRecord) =>
  join(server.recordings, session.files[0]?.file_path ?? '');

describe('of several tracks, the first that decodes and is heard is taken, and it is said which', () => {
  test('the first is of an unknown codec', async () => {
    const server = await startIntakeServer();
    await ffmpeg('-i', speech, '-map', '0', '-map', '0', '-c:a', 'aac', at('two.mov'));
    const bytes = await readFile(at('two.mov'));
    // Neither its name nor its description tells what it is.
    bytes.write('qqqq', bytes.indexOf('mp4a', bytes.indexOf('stsd')), 'latin1');
    bytes.write('free', bytes.indexOf('esds', bytes.indexOf('stsd')), 'latin1');
    await writeFile(at('two.mov'), bytes);
    const { examination, session, levels } = await added(server, 'two.mov');
    expect(examination.verdict).toBe('whole');
    expect(examination.details).toEqual(['its sound is track 2 of 2; track 1 cannot be decoded']);
    expect(session.imported?.source).toEqual({
      track: 2,
      tracks: 2,
      passed_over: [{ track: 1, reason: 'undecodable' }],
    });
    expect(levels.peak).toBeGreaterThan(3000);
  });

  test('the first is silent', async () => {
    const server = await startIntakeServer();
    const silence = ['-f', 'lavfi', '-t', '7', '-i', 'anullsrc=r=22050:cl=mono'];
    await ffmpeg(...silence, '-i', speech, '-map', '0', '-map', '1', '-c:a', 'aac', at('quiet.mkv'));
    const { examination, session, levels } = await added(server, 'quiet.mkv');
    expect(examination.details).toEqual(['its sound is track 2 of 2; track 1 is silent']);
    expect(session.imported?.source).toMatchObject({
      track: 2,
      passed_over: [{ track: 1, reason: 'silent' }],
    });
    expect(levels.peak).toBeGreaterThan(3000);
  });

  test('all are silent: the first is taken, as a recording of silence', async () => {
    const server = await startIntakeServer();
    const silence = ['-f', 'lavfi', '-t', '2', '-i', 'anullsrc=r=16000:cl=mono'];
    await ffmpeg(...silence, '-map', '0', '-map', '0', '-c:a', 'flac', at('silence.mka'));
    const { session } = await added(server, 'silence.mka');
    expect(session.duration_seconds).toBeCloseTo(2, 1);
    expect(session.imported?.source).toMatchObject({ track: 1, tracks: 2, passed_over: [] });
  });
});

describe('no channel that carries the sound is lost', () => {
  /** Speech on one channel of six and nothing on the others, with or without a layout. */
  async function onOneOfSix(channel: number, name: string, declared: boolean): Promise<void> {
    const pan = [0, 1, 2, 3, 4, 5].map((each) => `c${each}=${each === channel ? 1 : 0}*c0`).join('|');
    await ffmpeg('-i', speech, '-af', `pan=5.1|${pan}`, '-c:a', 'pcm_s16le', at(name));
    if (declared) return;
    const file = await open(at(name), 'r+');
    await file.write(Buffer.alloc(4), 0, 4, 40);
    await file.close();
  }

  test.each([0, 3, 5])('speech on channel %d of six microphones', async (channel) => {
    const server = await startIntakeServer();
    await onOneOfSix(channel, 'array.wav', false);
    const { session, wav } = await added(server, 'array.wav');
    expect(session.imported?.source?.mixed_channels).toBe(6);
    expect(session.channels).toBe(1);
    const { samples } = await readWav(speech);
    expect(measureLevels(wav.samples).rms / measureLevels(samples).rms).toBeGreaterThan(0.8);
  });

  test.each([2, 3, 4])('speech on channel %d alone of a declared 5.1', async (channel) => {
    const server = await startIntakeServer();
    await onOneOfSix(channel, 'film.wav', true);
    const { session, levels } = await added(server, 'film.wav');
    expect(session.channels).toBe(2);
    expect(levels.peak).toBeGreaterThan(3000);
  });

  test('two of four microphones wired the other way round do not cancel', async () => {
    const server = await startIntakeServer();
    await ffmpeg(
      '-i',
      speech,
      '-af',
      'pan=4c|c0=c0|c1=-1*c0|c2=0*c0|c3=0*c0',
      '-c:a',
      'pcm_s16le',
      at('x.wav'),
    );
    const { wav } = await added(server, 'x.wav');
    const { samples } = await readWav(speech);
    expect(measureLevels(wav.samples).rms / measureLevels(samples).rms).toBeGreaterThan(0.9);
  });
});

test('samples above full scale are brought down to it, and by how much is said', async () => {
  const server = await startIntakeServer();
  const tone = ['-f', 'lavfi', '-i', 'sine=440:r=48000:d=2,volume=24dB'];
  await ffmpeg(...tone, '-c:a', 'pcm_f32le', at('hot.wav'));
  const { session, levels, wav } = await added(server, 'hot.wav');
  expect(session.imported?.source?.scaled_db).toBeCloseTo(-5.9, 0);
  expect(levels.peak).toBeGreaterThan(32_000);
  expect(levels.clippedSamples).toBe(0);
  // A sine is a sine still: its root mean square is its peak by the square root of two.
  expect(levels.peak / levels.rms).toBeCloseTo(Math.SQRT2, 2);
  expect(wav.samples.length).toBe(2 * 96_000);
  await ffmpeg(...tone, '-af', 'volume=-30dB', '-c:a', 'pcm_f32le', at('cool.wav'));
  expect((await added(server, 'cool.wav')).session.imported?.source?.scaled_db).toBeUndefined();
});

describe('what the verdict says and what adding does are one', () => {
  test('of containers of every kind, whole and cut anywhere', async () => {
    const server = await startIntakeServer();
    const kinds: readonly (readonly [string, readonly string[]])[] = [
      ['gsm.wav', ['-ar', '8000', '-c:a', 'libgsm_ms']],
      ['ima.wav', ['-c:a', 'adpcm_ima_wav']],
      ['mp3.wav', ['-c:a', 'libmp3lame']],
      ['24.wav', ['-c:a', 'pcm_s24le']],
      ['alaw.wav', ['-c:a', 'pcm_alaw']],
      ['aac.mkv', ['-c:a', 'aac']],
      ['flac.mka', ['-c:a', 'flac']],
      ['opus.webm', ['-c:a', 'libopus']],
      ['plain.mp4', ['-c:a', 'aac']],
      ['alac.m4a', ['-c:a', 'alac']],
      ['talk.w64', []],
      ['talk.aiff', []],
      ['talk.caf', []],
      ['talk.flac', []],
    ];
    for (const [name, options] of kinds) {
      await ffmpeg('-i', speech, ...options, at(name));
      const bytes = await readFile(at(name));
      for (const share of [0, 0.4, 0.9, 1]) {
        const id = await server.send(name, bytes.subarray(0, Math.floor(bytes.length * share)));
        const { verdict, sound } = await server.examine(id);
        const { status, body } = await server.ask('POST', `/api/intake/${id}/add`);
        const canBeAdded =
          verdict === 'whole' || verdict === 'mendable' || (verdict === 'hopeless' && sound !== null);
        expect([name, share, verdict, status, codeOf({ status, body })]).toEqual([
          name,
          share,
          verdict,
          canBeAdded ? 200 : 422,
          canBeAdded ? undefined : 'INVALID_AUDIO_FILE',
        ]);
        if (share === 1) expect([name, verdict]).toEqual([name, 'whole']);
      }
    }
  }, 400_000);

  test('a WAV without a single sample cannot be added, and says so', async () => {
    const server = await startIntakeServer();
    const empty = (await readFile(speech)).subarray(0, 44);
    empty.writeUInt32LE(36, 4);
    empty.writeUInt32LE(0, 40);
    const id = await server.send('empty.wav', empty);
    expect(await server.examine(id)).toMatchObject({ verdict: 'unknown', details: ['it holds no audio'] });
    expect(codeOf(await server.ask('POST', `/api/intake/${id}/add`))).toBe('INVALID_AUDIO_FILE');
  });

  test.each(['whole.mp4', 'cut.mkv', 'talk.flac', '24.wav'])(
    'without ffmpeg %s is said to need it, and adding says the same',
    async (name) => {
      const options = name === '24.wav' ? ['-c:a', 'pcm_s24le'] : [];
      await ffmpeg('-i', speech, ...options, at(name));
      if (name === 'cut.mkv') await writeFile(at(name), (await readFile(at(name))).subarray(0, 20_000));
      const tools = {
        repairer: createRepairer({ findFfmpeg: () => Promise.resolve(undefined) }),
        decoder: createAudioDecoder(undefined),
      };
      const file = {
        ...{ id: crypto.randomUUID(), folder, originalPath: at(name), byteSize: 1, receivedBytes: 1 },
        name: { shown: name, stem: 'x', extension: '' },
        ...{ stage: 'waiting' as const, fraction: null, lastUsedMs: 0 },
      };
      const examination = await examineFile(file, {}, tools, new AbortController().signal);
      expect(examination).toMatchObject({ needs_ffmpeg: true, sound: null });
      expect(['unknown', 'hopeless']).toContain(examination.verdict);
      expect(examination.details.join()).toContain('needs ffmpeg');
      expect(() => requireAddable(examination)).toThrow(/needs ffmpeg/);
    },
  );
});

describe('hours that come of a few bytes', () => {
  /** Hours of one value at 96 kHz in two channels, which FLAC keeps in next to nothing. */
  async function hours(name: string, count: number, level: 'silence' | 'full scale'): Promise<void> {
    // Zeros, read as samples without a sign, are as low as samples go.
    const zeros = [
      '-f',
      level === 'silence' ? 's16le' : 'u16le',
      '-ar',
      '96000',
      '-ac',
      '2',
      '-i',
      '/dev/zero',
    ];
    const flac = ['-sample_fmt', 's16', '-c:a', 'flac', '-compression_level', '0'];
    await ffmpeg(...zeros, '-t', `${count * 3600}`, ...flac, at(name));
  }

  test('are called off at once: no program goes on, and nothing is left', async () => {
    const server = await startIntakeServer();
    await hours('silence.flac', 1, 'silence');
    const id = await server.send('silence.flac', await readFile(at('silence.flac')));
    const adding = server.ask('POST', `/api/intake/${id}/add`);
    await expect
      .poll(async () => (await pathsUnder(server.recordings)).some((path) => path.endsWith('.wav')))
      .toBe(true);
    await server.ask('DELETE', `/api/intake/${id}`);
    expect(codeOf(await adding)).toBe('INTAKE_NOT_FOUND');
    expect(await pathsUnder(server.recordings)).toEqual([]);
  });

  test('take no room where they are silent', async () => {
    const server = await startIntakeServer();
    await hours('silence.flac', 0.3, 'silence');
    const id = await server.send('silence.flac', await readFile(at('silence.flac')));
    const session = await server.add(id);
    const file = await open(masterPath(server, session));
    const { size, blocks } = await file.stat();
    await file.close();
    expect(session.duration_seconds).toBeCloseTo(1080, 0);
    expect(size).toBe(44 + 1080 * 96_000 * 4);
    expect(blocks * 512).toBeLessThan(16 * 1024 * 1024);
  });

  test('are refused where far more would come of them than can be in them', async () => {
    const server = await startIntakeServer();
    await hours('level.flac', 1, 'full scale');
    const bytes = await readFile(at('level.flac'));
    expect(bytes.length).toBeLessThan(3_000_000);
    const id = await server.send('level.flac', bytes);
    expect(codeOf(await server.ask('POST', `/api/intake/${id}/add`))).toBe('FILE_TOO_LARGE');
    expect(await pathsUnder(server.recordings)).toEqual([]);
    // A gibibyte is written before it is too much.
  }, 300_000);
});
