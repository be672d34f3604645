import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireAnsweringDisk } from '../../../src-main/commands/answering-disk.ts';
import { openFileSource } from '../../../src-main/commands/audio-source.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a file on a disk that does not answer is refused in words, and nothing is left waiting for it', async () => {
  const path = '/mnt/gone/talk.wav';
  const silent = { program: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] };
  await expect(requireAnsweringDisk(path, silent, 200)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    message: expect.stringContaining(`${path} cannot be read: its disk does not answer`) as unknown,
  });
});

test('a disk that answers is no obstacle, and a file that is not there is told as such', async () => {
  const missing = join(await temporaryFolder(), 'missing.wav');
  await requireAnsweringDisk(missing);
  await expect(openFileSource(missing, undefined)).rejects.toMatchObject({
    message: expect.stringMatching(/missing\.wav cannot be read \(ENOENT\)/) as unknown,
  });
});
