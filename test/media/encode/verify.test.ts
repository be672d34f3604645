import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyFile } from '../../../src-main/encode/verify.ts';
import { tone, writeWav } from './audio-files.ts';
import { realFfmpeg, testEncoder } from './encoders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SHAPE = { sampleRate: 48_000, channels: 2 } as const;
const SECONDS = 4;

test.each(['wav', 'mp4', 'mp3', 'flac', 'opus'] as const)(
  'a %s that is cut short, of another length or kind, or not audio is never taken for the recording',
  async (format) => {
    const folder = await temporaryFolder();
    const masterPath = join(folder, 'master.wav');
    await writeWav(masterPath, tone({ ...SHAPE, frames: SECONDS * 48_000, amplitude: 8000 }), 48_000, 2);
    const path = join(folder, `copy.${format}`);
    await testEncoder({ ffmpeg: await realFfmpeg() }).encodeFile({
      format,
      masterPath,
      finalPath: path,
      gain: 1,
    });

    const expected = { ...SHAPE, format, seconds: SECONDS, bitRate: 128_000 };
    await verifyFile(path, expected);
    const refused = { code: 'ENCODING_FAILED' };
    await expect(verifyFile(path, { ...expected, seconds: SECONDS + 0.2 })).rejects.toMatchObject(refused);
    await expect(verifyFile(path, { ...expected, seconds: SECONDS - 0.2 })).rejects.toMatchObject(refused);
    await expect(verifyFile(path, { ...expected, channels: 1 })).rejects.toMatchObject(refused);
    const other = format === 'wav' ? 'mp4' : 'wav';
    await expect(verifyFile(path, { ...expected, format: other })).rejects.toMatchObject(refused);

    const { size } = await stat(path);
    await truncate(path, size - Math.round(size / 10));
    await expect(verifyFile(path, expected)).rejects.toMatchObject(refused);
    await writeFile(path, (await readFile(path)).fill(0x2a));
    await expect(verifyFile(path, expected)).rejects.toMatchObject(refused);
    await truncate(path, 0);
    await expect(verifyFile(path, expected)).rejects.toMatchObject(refused);
  },
);
