import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { listFiles } from '../disk/list-files.ts';
import { ownerState } from '../files/ownership.ts';
import { statIfThere } from '../files/set-aside.ts';
import { LOOK_MS } from './keep-owned.ts';

/** A file that was last changed longer ago is not being recorded to. */
const RECENT_MS = 10_000;
/** In that time a recorder has noticed that its name is gone, and a recording that is heard has grown. */
export const SIGN_WAIT_MS = 3 * LOOK_MS;
/** However late it is, a recording that is heard grows in this time. */
const LEAST_WAIT_MS = 250;

/**
 * True where folders in which nobody is named are written to all the same: somebody may have removed the name of a process
 * that is recording. Waits for a sign of one, up to a moment of the process's clock and a little at least, and only where
 * something in them was changed just now.
 */
export async function areStillWritten(folders: readonly string[], upToMs: number): Promise<boolean> {
  const before = await changesIn(folders);
  const now = Date.now();
  if (![...before.values()].some(({ changedMs }) => Math.abs(now - changedMs) < RECENT_MS)) return false;
  await setTimeout(Math.max(LEAST_WAIT_MS, upToMs - performance.now()));
  if ((await Promise.all(folders.map(ownerState))).includes('alive')) return true;
  const after = await changesIn(folders);
  return [...after].some(([path, { size, changedMs }]) => {
    const known = before.get(path);
    return known?.size !== size || known.changedMs !== changedMs;
  });
}

interface Change {
  readonly size: number;
  readonly changedMs: number;
}

async function changesIn(folders: readonly string[]): Promise<ReadonlyMap<string, Change>> {
  const changes = new Map<string, Change>();
  for (const folder of folders)
    for (const name of (await listFiles(folder)).files) {
      const path = join(folder, name);
      const stats = await statIfThere(path);
      if (stats?.isFile() === true) changes.set(path, { size: stats.size, changedMs: stats.mtimeMs });
    }
  return changes;
}
