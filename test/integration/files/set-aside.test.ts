import { chmod, link, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isSameName, moveAside, setAside } from '../../../src-main/files/set-aside.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('a name that is as long as names can be is cut, so that what has it can be kept', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, `user_17 ${'c'.repeat(239)}.partial`);
  await writeFile(path, 'sound');
  const aside = await setAside(path);
  expect(aside).toMatch(/\.aside$/);
  expect(await readFile(aside, 'utf8')).toBe('sound');
  await mkdir(`${path.slice(0, -8)}.folder1`);
  await moveAside(path);
  expect((await readdir(folder)).filter((name) => name.endsWith('.aside'))).toHaveLength(1);
});

test('a file is kept aside once, also where it was copied and not linked, and other bytes never for its own', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'user_17.wav.partial');
  await writeFile(path, 'sound');
  await writeFile(`${path}.aside`, 'other');
  await writeFile(`${path}.aside-2`, 'sound');
  expect(await setAside(path)).toBe(`${path}.aside-2`);
  expect(await readFile(`${path}.aside`, 'utf8')).toBe('other');
  expect(await readdir(folder)).toHaveLength(3);
});

test('one file of two names is not of the same name, and no file is of another one’s', async () => {
  const folder = await temporaryFolder();
  const [path, other, third] = ['a.wav', 'b.wav', 'A.wav'].map((name) => join(folder, name));
  await writeFile(path ?? '', 'sound');
  await link(path ?? '', other ?? '');
  await writeFile(third ?? '', 'sound');
  await chmod(third ?? '', 0o600);
  expect(await isSameName(path ?? '', path ?? '')).toBe(true);
  expect(await isSameName(path ?? '', other ?? '')).toBe(false);
  expect(await isSameName(path ?? '', third ?? '')).toBe(false);
});
