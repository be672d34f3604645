import type { Stats } from 'node:fs';
import { chmod, lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** All permissions of others. */
const OTHERS = 0o077;
const EVERYBODY_WRITES = 0o002;
/** Set on folders that everybody shares, such as /tmp. */
const STICKY = 0o1000;

/**
 * `open` where others have access and we may not change that: the folder is another user's, shared, or has other things
 * in it.
 */
export type Privacy = 'private' | 'narrowed' | 'open';

/**
 * Removes everybody's permissions except the owner's from a folder that is only ours: it belongs to this user, nobody
 * shares it, and every name in it passes `isOurs`. Never rejects. Windows has no such permissions.
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

/** True where any user of this machine could add files to a folder, or remove them. */
export async function isOpenToAll(folder: string): Promise<boolean> {
  const stats = await stat(folder).catch(() => undefined);
  return process.platform !== 'win32' && stats !== undefined && (stats.mode & EVERYBODY_WRITES) !== 0;
}

/**
 * The same for files in a folder whose names are ours; links are skipped. Resolves with the names of the changed files.
 */
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
