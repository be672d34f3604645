import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { listFiles } from '../disk/list-files.ts';
import { ownerState } from '../files/ownership.ts';
import { statIfThere } from '../files/set-aside.ts';
import { LOOK_MS } from './keep-owned.ts';

/** A file that has not changed for this long is not being recorded to. */
const RECENT_MS = 10_000;
/** Within this time a recorder notices that its `.owner` is gone, and a running recording grows. */
export const SIGN_WAIT_MS = 3 * LOOK_MS;
/** Even a late check waits this long: a running recording grows within this time. */
const LEAST_WAIT_MS = 250;

/**
 * True where folders without an owner are still being written to: somebody may have removed the `.owner` of a process
 * that records. Waits only where a file in them changed just now: up to `upToMs` of the process's clock, and at least
 * LEAST_WAIT_MS.
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
