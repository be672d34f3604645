import type { BigIntStats, Stats } from 'node:fs';
import { copyFile, constants, link, lstat, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { fitName } from '../disk/fit-name.ts';
import { withRetries } from '../disk/read-fully.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { renameDurably, syncFolder } from '../disk/sync.ts';
import { beginsWith, type AudioBytes } from './same-audio.ts';
import { systemCode } from './write-error.ts';

/** Suffix of files that recovery could not trust: they are kept, and we never delete them. */
export const ASIDE_SUFFIX = '.aside';

/**
 * The stats of this name; undefined where nothing has it. Rejects where the system cannot say, which is not the same.
 */
export async function statIfThere(path: string): Promise<Stats | undefined> {
  return unlessAbsent(() => lstat(path));
}

async function unlessAbsent<T>(look: () => Promise<T>): Promise<T | undefined> {
  return withRetries(async () => {
    try {
      return await look();
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
  if ((await isThere(to)) && !(await isSameName(from, to)))
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
  const own = await identityOf(path);
  for (let number = 1; ; number++) {
    const aside = asidePath(path, number);
    const there = await identityOf(aside);
    if (own !== undefined && there !== undefined) {
      if (isSame(own, there) || (await haveSameBytes(path, aside, own, there))) return aside;
      continue;
    }
    await linkOrCopy(path, aside);
    await syncFolder(aside);
    return aside;
  }
}

/** As exact as the system tells it: some numbers of files are above what a number of JavaScript tells apart. */
async function identityOf(path: string): Promise<BigIntStats | undefined> {
  return unlessAbsent(() => lstat(path, { bigint: true }));
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev && one.size === other.size;
}

/** Where files cannot be linked, the second name is a copy, and is found again by what is in it. */
async function haveSameBytes(
  path: string,
  aside: string,
  own: BigIntStats,
  there: BigIntStats,
): Promise<boolean> {
  if (own.size !== there.size || !own.isFile() || !there.isFile()) return false;
  const whole = (file: string): AudioBytes => ({ path: file, dataOffset: 0, dataBytes: Number(own.size) });
  return beginsWith(whole(path), whole(aside)).catch(() => false);
}

function asidePath(path: string, number: number): string {
  const suffix = `${ASIDE_SUFFIX}${number === 1 ? '' : `-${number}`}`;
  return join(dirname(path), fitName(basename(path), suffix));
}

/**
 * Whether two paths lead to one file by one name, which a disk that does not tell capital letters takes in any spelling. Two
 * names of one file, as links are, are not the same.
 */
export async function isSameName(path: string, other: string): Promise<boolean> {
  if (path === other) return true;
  const spelling = (name: string): string => name.normalize('NFC').toLowerCase();
  if (spelling(path) !== spelling(other)) return false;
  const [one, two] = [await identityOf(path), await identityOf(other)];
  return one !== undefined && two !== undefined && isSame(one, two);
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
  let number = 1;
  while (await isThere(asidePath(path, number))) number++;
  await renameDurably(path, asidePath(path, number));
}

async function linkOrCopy(path: string, aside: string): Promise<void> {
  try {
    await link(path, aside);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw error;
    // Some file systems, such as exFAT, have no links. The name is taken first: only what is made here is ever removed.
    const made = await openRegularFile(aside, 'wx');
    await made.close();
    await copyFile(path, aside, constants.COPYFILE_FICLONE).catch(async (failure: unknown) => {
      await rm(aside, { force: true });
      throw failure;
    });
  }
}
