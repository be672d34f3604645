import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWavWriter, PARTIAL_SUFFIX } from '../../../src-main/files/wav-writer.ts';
import { createWavHeader } from '../../../src-main/audio/wav-header.ts';
import { readWav } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

describe('master on disk', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lectern-wav-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const shape = { sampleRate: 48_000, channels: 2, mayExceed4GiB: false };

  test('after every acknowledged append the unfinished file opens at its full length', async () => {
    const path = join(folder, 'user_1.wav');
    const writer = await openWavWriter({ path, ...shape });
    const audio = seededBytes(1, 48_000 * 4);
    for (let at = 0; at < audio.length; at += 19_200) {
      await writer.append(audio.subarray(at, at + 19_200));
      const { samples } = await readWav(path + PARTIAL_SUFFIX);
      expect(samples.equals(audio.subarray(0, at + 19_200))).toBe(true);
    }
    await writer.finish();
    expect((await readWav(path)).samples.equals(audio)).toBe(true);
  });

  test('a long silence is a hole in the file: it reads as zeros, is counted at once, and takes no room', async () => {
    const path = join(folder, 'user_1.wav');
    const writer = await openWavWriter({ path, ...shape });
    const audio = seededBytes(9, 400_000);
    const second = Buffer.alloc(48_000 * 4);
    await writer.append(audio.subarray(0, 200_000));
    await Promise.all(Array.from({ length: 60 }, () => writer.append(second)));
    const silentBytes = 60 * second.length;
    const unfinished = await readWav(path + PARTIAL_SUFFIX);
    expect(unfinished.samples).toHaveLength(200_000 + silentBytes);
    await writer.append(audio.subarray(200_000));
    await writer.finish();
    const { samples } = await readWav(path);
    const expected = [audio.subarray(0, 200_000), Buffer.alloc(silentBytes), audio.subarray(200_000)];
    expect(samples.equals(Buffer.concat(expected))).toBe(true);
    const { blocks } = await stat(path);
    expect(blocks * 512).toBeLessThan(400_000 + silentBytes / 10);
  });

  test('audio that begins, ends or is interspersed with zeros is kept to the last byte', async () => {
    const path = join(folder, 'user_1.wav');
    const writer = await openWavWriter({ path, ...shape });
    const pieces = Array.from({ length: 200 }, (_, index) =>
      index % 3 === 0
        ? seededBytes(index, 4 * (1 + (index % 7)))
        : Buffer.alloc(4 * (1 + ((index * 977) % 6000))),
    );
    await Promise.all(pieces.map((piece) => writer.append(piece)));
    await writer.finish();
    expect((await readWav(path)).samples.equals(Buffer.concat(pieces))).toBe(true);
  });

  test('markers are cue points where they were set, and the samples end before them', async () => {
    const path = join(folder, 'user_1.wav');
    const writer = await openWavWriter({ path, ...shape });
    const audio = seededBytes(2, 48_000 * 4 * 2);
    await writer.append(audio);
    const { byteSize } = await writer.finish([
      { frame: 24_000, label: 'Erste Frage: für wen?' },
      { frame: 72_000, label: 'break' },
    ]);
    const wav = await readWav(path);
    expect(wav.samples.equals(audio)).toBe(true);
    expect(wav.cuePoints.map(({ position, label }) => [position, label])).toEqual([
      [500, 'Erste Frage: für wen?'],
      [1500, 'break'],
    ]);
    expect((await stat(path)).size).toBe(byteSize);
  });

  test('a recording is its owner’s alone', async () => {
    const path = join(folder, 'user_1.wav');
    const writer = await openWavWriter({ path, ...shape });
    await writer.finish();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('an existing recording is never written over', async () => {
    const path = join(folder, 'user_1.wav');
    const first = await openWavWriter({ path, ...shape });
    await first.append(seededBytes(3, 400));
    await expect(openWavWriter({ path, ...shape })).rejects.toMatchObject({ code: 'EEXIST' });
    await first.finish();
    expect((await readWav(path)).samples.length).toBe(400);
  });

  test('a session that heard nothing is a valid, empty WAV', async () => {
    const path = join(folder, 'user_1.wav');
    await (await openWavWriter({ path, ...shape })).finish();
    expect((await readFile(path)).length).toBe(44);
    expect((await readWav(path)).samples.length).toBe(0);
  });

  test('past 4 GiB the header becomes RF64 in place, with true 64-bit sizes', () => {
    const header = createWavHeader({ ...shape, mayExceed4GiB: true });
    const small = Buffer.from(header.forSizes(400, 0));
    expect(small.toString('latin1', 0, 4)).toBe('RIFF');
    expect(small.readUInt32LE(header.byteLength - 4)).toBe(400);
    const fiveGib = 5 * 1024 ** 3;
    const large = Buffer.from(header.forSizes(fiveGib, 0));
    expect(large.length).toBe(small.length);
    expect(large.toString('latin1', 0, 4)).toBe('RF64');
    expect(large.readBigUInt64LE(28)).toBe(BigInt(fiveGib));
    expect(large.readBigUInt64LE(20)).toBe(BigInt(fiveGib + header.byteLength - 8));
    expect(large.readUInt32LE(header.byteLength - 4)).toBe(0xffff_ffff);
  });
});
