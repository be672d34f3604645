import type { Stats } from 'node:fs';
import { copyFile, constants, link, lstat, rm } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import { patiently } from '../disk/read-fully.ts';
import { renameDurably, syncFolder } from '../disk/sync.ts';
import { systemCode } from './write-error.ts';

/** Suffix of files that recovery could not trust: they are kept, and we never delete them. */
export const ASIDE_SUFFIX = '.aside';

/**
 * The stats of this name; undefined where nothing has it. Rejects where the system cannot say, which is not the same.
 */
export async function statIfThere(path: string): Promise<Stats | undefined> {
  return patiently(async () => {
    try {
      return await lstat(path);
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  });
}

/** Whether something has this name. Rejects where the system cannot say. */
export async function isThere(path: string): Promise<boolean> {
  return (await statIfThere(path)) !== undefined;
}

/** Renames a file durably to a free name. Rejects with FILE_EXISTS where something has the name. */
export async function renameToFree(from: string, to: string): Promise<void> {
  if (await isThere(to))
    throw new LecternError('FILE_EXISTS', 'Another file has the name that this recording is to have', {
      details: { name: to },
    });
  await renameDurably(from, to);
}

/**
 * Gives a file a second name that we never touch, to keep its present content. It also keeps its own name until that is
 * reused or removed. Repeated calls do it only once.
 * @returns the second name.
 */
export async function setAside(path: string): Promise<string> {
  const { ino, size } = await lstat(path);
  for (let number = 1; ; number++) {
    const aside = `${path}${ASIDE_SUFFIX}${number === 1 ? '' : `-${number}`}`;
    const there = await lstat(aside).catch(() => undefined);
    if (there !== undefined) {
      if (there.ino === ino && there.size === size) return aside;
      continue;
    }
    await linkOrCopy(path, aside);
    await syncFolder(aside);
    return aside;
  }
}

/**
 * Frees a name: whatever has it is kept under another one. A link or a folder is not opened or followed, only renamed.
 */
export async function moveAside(path: string): Promise<void> {
  if ((await lstat(path)).isFile()) {
    await setAside(path);
    await rm(path);
    return;
  }
  let aside = path + ASIDE_SUFFIX;
  for (let number = 2; await isThere(aside); number++) aside = `${path}${ASIDE_SUFFIX}-${number}`;
  await renameDurably(path, aside);
}

async function linkOrCopy(path: string, aside: string): Promise<void> {
  try {
    await link(path, aside);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw error;
    // Some file systems, such as exFAT, have no links.
    await copyFile(path, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE).catch(
      async (failure: unknown) => {
        if (systemCode(failure) !== 'EEXIST') await rm(aside, { force: true });
        throw failure;
      },
    );
  }
}
