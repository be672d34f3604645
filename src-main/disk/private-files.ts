import type { Stats } from 'node:fs';
import { chmod, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Anything that somebody else may do. */
const OTHERS = 0o077;
const EVERYBODY_WRITES = 0o002;
/** Set on folders that everybody shares, such as /tmp. */
const STICKY = 0o1000;

/** `open` where others can get in and it is not ours to change: another's, shared, or with other things in it. */
export type Privacy = 'private' | 'narrowed' | 'open';

/**
 * Takes a folder's permissions from everybody but its owner, where it is ours alone: it belongs to this user, nobody
 * shares it, and all that is in it has a name that `isOurs`. Never rejects. Windows has no such permissions.
 */
export async function narrowFolder(folder: string, isOurs: (name: string) => boolean): Promise<Privacy> {
  const stats = await stat(folder).catch(() => undefined);
  if (stats === undefined || isPrivate(stats)) return 'private';
  try {
    if (!belongsToUs(stats) || (stats.mode & STICKY) !== 0) return 'open';
    if (!(await readdir(folder)).every(isOurs)) return 'open';
    await chmod(folder, 0o700);
    return 'narrowed';
  } catch {
    return 'open';
  }
}

/** True where anybody of this machine could put something into a folder, or take it away. */
export async function isOpenToAll(folder: string): Promise<boolean> {
  const stats = await stat(folder).catch(() => undefined);
  return process.platform !== 'win32' && stats !== undefined && (stats.mode & EVERYBODY_WRITES) !== 0;
}

/** The same for the files in a folder whose names are ours; links are passed by. Resolves with the names of those changed. */
export async function narrowFiles(folder: string, isOurs: (name: string) => boolean): Promise<string[]> {
  const changed: string[] = [];
  for (const name of (await readdir(folder).catch(() => [])).filter(isOurs)) {
    const path = join(folder, name);
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isFile() !== true || isPrivate(stats) || !belongsToUs(stats)) continue;
    await chmod(path, 0o600).then(
      () => changed.push(name),
      () => undefined,
    );
  }
  return changed;
}

function isPrivate({ mode }: Stats): boolean {
  return process.platform === 'win32' || (mode & OTHERS) === 0;
}

function belongsToUs({ uid }: Stats): boolean {
  return process.getuid?.() === uid;
}
