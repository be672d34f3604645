import { execFileSync } from 'node:child_process';
import { link, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  isFolderSync,
  isRegularFileSync,
  openRegularFile,
  readRegularFile,
  readRegularFileSync,
  recreateFileSync,
  requireRegularFile,
  statRegularFile,
  writeWholeFile,
} from '../../../src-main/disk/regular-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const notRegular = { code: 'FILE_NOT_REGULAR' };

/** Everything that can have a file's name without being one. */
async function impostors(folder: string): Promise<Record<string, string>> {
  const outside = join(folder, 'outside.txt');
  await writeFile(outside, 'not yours');
  const paths = Object.fromEntries(
    ['link', 'broken', 'folderLink', 'fifo', 'device', 'folder', 'socket'].map((name) => [
      name,
      join(folder, name),
    ]),
  ) as Record<string, string>;
  await symlink(outside, paths['link']!);
  await symlink(join(folder, 'nowhere'), paths['broken']!);
  await symlink(folder, paths['folderLink']!);
  execFileSync('mkfifo', [paths['fifo']!]);
  await symlink('/dev/zero', paths['device']!);
  await mkdir(paths['folder']!);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(paths['socket'], resolve));
  server.unref();
  return paths;
}

test('what is no regular file is neither opened, read, looked at nor waited for', async () => {
  for (const [name, path] of Object.entries(await impostors(await temporaryFolder()))) {
    await expect(openRegularFile(path), name).rejects.toMatchObject(notRegular);
    await expect(openRegularFile(path, 'r+'), name).rejects.toMatchObject(notRegular);
    await expect(readRegularFile(path, 100), name).rejects.toMatchObject(notRegular);
    await expect(requireRegularFile(path), name).rejects.toMatchObject(notRegular);
    expect(() => readRegularFileSync(path, 100), name).toThrow(expect.objectContaining(notRegular));
    expect(await statRegularFile(path), name).toBeUndefined();
    expect(isRegularFileSync(path), name).toBe(false);
    expect(isFolderSync(path), name).toBe(name === 'folder');
  }
  await expect(openRegularFile('/dev/null')).rejects.toMatchObject(notRegular);
});

test('a file that is written as a whole takes the name, and leaves what had it', async () => {
  const folder = await temporaryFolder();
  const { link: leads, fifo, broken } = await impostors(folder);
  for (const path of [leads!, fifo!, broken!]) {
    await writeWholeFile(path, 'ours');
    expect(await readRegularFile(path, 100)).toEqual(Buffer.from('ours'));
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
  }
  expect(await readFile(join(folder, 'outside.txt'), 'utf8')).toBe('not yours');
  await expect(stat(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
  await link(join(folder, 'outside.txt'), join(folder, 'second-name'));
  recreateFileSync(join(folder, 'second-name'));
  expect(await readFile(join(folder, 'outside.txt'), 'utf8')).toBe('not yours');
});

test('what is larger than it can be is not read, and what is not there says so', async () => {
  const path = join(await temporaryFolder(), 'file');
  await writeFile(path, 'twelve bytes');
  await expect(readRegularFile(path, 11)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' });
  expect(() => readRegularFileSync(path, 11)).toThrow(expect.objectContaining({ code: 'FILE_TOO_LARGE' }));
  expect(readRegularFileSync(path, 12).toString()).toBe('twelve bytes');
  await expect(openRegularFile(`${path}.gone`)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(openRegularFile(path, 'wx')).rejects.toMatchObject({ code: 'EEXIST' });
});
