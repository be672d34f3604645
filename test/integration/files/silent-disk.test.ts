import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRecordingsDirs } from '../../../src-main/files/recordings-dirs.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

test('no session is looked for in a folder whose disk does not answer, until it does', async () => {
  const disk = await temporaryFolder();
  const [usual, own, spare] = [join(disk, 'usual'), join(disk, 'own'), join(disk, 'spare')];
  for (const dir of [usual, own, spare]) await mkdir(join(dir, 'talk'), { recursive: true });
  const silent = new Set([usual, spare]);
  const dirs = await openRecordingsDirs({
    ...{ usual, own, named: () => [spare], indexPath: join(disk, 'dirs.json') },
    answers: (dir) => Promise.resolve(!silent.has(dir)),
  });
  const talk = { id: 'talk', recordings_dir: null, fallback_dir: spare };
  expect(dirs.all()).toEqual([own]);
  expect(dirs.candidatesOf('talk')).toEqual([join(own, 'talk')]);
  expect(dirs.foldersOf(talk)).toEqual([join(own, 'talk')]);
  silent.clear();
  await dirs.look();
  expect(dirs.all()).toEqual([usual, own, spare]);
  expect(dirs.foldersOf(talk)).toEqual([join(usual, 'talk'), join(spare, 'talk')]);
});
