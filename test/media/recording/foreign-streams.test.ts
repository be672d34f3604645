import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openEngine, say } from '../../unit/session/memory-engine.ts';
import { ffmpeg } from '../repair/sounds.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foreign-streams-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const TONE = ['-f', 'lavfi', '-i', 'sine=440:r=48000:d=3'];
/** Streams whose end is known, so that samples after it are samples again. */
const STREAMS: [string, RegExp, string[]][] = [
  ['live.webm', /WebM/, ['-c:a', 'libopus', '-f', 'webm', '-live', '1']],
  ['whole.webm', /WebM/, ['-c:a', 'libopus']],
  ['pcm.mka', /WebM or Matroska/, ['-c:a', 'pcm_s16le']],
  ['opus.ogg', /Ogg/, ['-c:a', 'libopus']],
  ['vorbis.ogg', /Ogg/, ['-c:a', 'libvorbis']],
  ['fragments.mp4', /MP4/, ['-c:a', 'aac', '-movflags', 'frag_keyframe+empty_moov']],
  ['whole.m4a', /MP4/, ['-c:a', 'aac']],
  ['tagged.mp3', /MP3/, []],
  ['bare.mp3', /MP3/, ['-write_xing', '0', '-id3v2_version', '0']],
  ['speech.mp3', /MP3/, ['-ar', '16000', '-b:a', '32k']],
  ['stream.aac', /AAC/, ['-f', 'adts']],
  ['file.aiff', /AIFF/, []],
  ['file.au', /AU/, []],
  ['file.caf', /CAF/, []],
  ['file.wav', /WAV/, []],
  ['long.wav', /WAV/, ['-rf64', 'always']],
  ['file.w64', /Wave64/, []],
  ['file.wma', /Windows Media/, ['-c:a', 'wmav2']],
  ['stream.ac3', /AC-3/, []],
  ['stream.eac3', /AC-3/, []],
  ['stream.ts', /transport stream/, ['-c:a', 'aac', '-f', 'mpegts']],
];

test.each(STREAMS)(
  '%s is left out to its last byte, however it is cut, and named once',
  async (name, words, args) => {
    const path = join(folder, name);
    await ffmpeg(...TONE, ...args, path);
    const stream = await readFile(path);
    const pieces = [seededBytes(1, 3200), seededBytes(2, 3200)] as const;
    for (const [seed, first] of [
      [3, 4096],
      [4, 1500],
      [5, 2048],
    ] as const) {
      const host = openEngine();
      const connection = host.engine.connect('stream', host.client);
      await connection.receiveText(say({ action: 'start', format: 'wav' }));
      await connection.receiveBinary(pieces[0]);
      const cuts = seededBytes(seed, 20_000);
      for (let at = 0, cut = 0; at < stream.length; cut++) {
        const size = cut === 0 ? first : 1 + (cuts[cut] ?? 0) * 3;
        await connection.receiveBinary(stream.subarray(at, at + size));
        at += size;
      }
      await connection.receiveBinary(pieces[1]);
      await connection.receiveText(say({ action: 'stop' }));
      expect(host.of('error').map(({ code, message }) => [code, words.test(message)])).toEqual([
        ['UNSUPPORTED_AUDIO', true],
      ]);
      expect(host.audio().equals(Buffer.concat(pieces)), `cut by ${seed}`).toBe(true);
    }
  },
);

test('a FLAC stream, which says no lengths, is left out until the next start', async () => {
  const path = join(folder, 'stream.flac');
  await ffmpeg(...TONE, path);
  const stream = await readFile(path);
  const host = openEngine();
  const connection = host.engine.connect('flac', host.client);
  await connection.receiveText(say({ action: 'start', format: 'wav' }));
  for (let at = 0; at < stream.length; at += 1000)
    await connection.receiveBinary(stream.subarray(at, at + 1000));
  await connection.receiveText(say({ action: 'stop' }));
  expect(host.of('error').map(({ code }) => code)).toEqual(['UNSUPPORTED_AUDIO']);
  expect(host.audio().length).toBe(0);
  await connection.receiveText(say({ action: 'start', format: 'wav' }));
  const samples = seededBytes(6, 3200);
  await connection.receiveBinary(samples);
  await connection.receiveText(say({ action: 'stop' }));
  expect(host.audio().equals(samples)).toBe(true);
});
