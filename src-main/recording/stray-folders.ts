import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionIdSchema } from '../contract/session-id.ts';
import { listFiles } from '../disk/list-files.ts';
import { isUnfinishedMaster, parseFoundName } from '../files/found-name.ts';
import { ownerState } from '../files/ownership.ts';
import { readSessionAccount } from '../files/session-account.ts';
import { isThere } from '../files/set-aside.ts';
import { syncFolder } from '../disk/sync.ts';
import type { Log } from '../runtime/log.ts';
import { readRenamed } from './renamed-folder.ts';

const MOST_INSIDE = 200;
const MOST_NAMES = 100;
const MAX_ID_CHARACTERS = 60;
const UNNAMED =
  'This folder holds recordings, but Lectern cannot use its name. Rename it: letters, digits, dot, underscore and hyphen, 64 at most, a letter or digit first.';
const INSIDE =
  'This folder holds recordings, but lies inside another one. Move it into the recordings folder itself.';

/** A folder with recordings that is no session. */
export interface StrayFolder {
  /** Its name below the recordings folder. */
  readonly id: string;
  /** Why, and what to do, in a sentence for people. */
  readonly reason: string;
}

/**
 * Looks for recordings in folders whose name is no session id. One whose `session.json` and files agree gets a name that
 * is one, made of the name that it has; the others are left as they are, and told.
 * @param isFree whether no session has an id
 */
export async function settleStrays(
  dir: string,
  isFree: (id: string) => boolean,
  log: Log,
): Promise<readonly StrayFolder[]> {
  const strays: StrayFolder[] = [];
  for (const name of await foldersIn(dir)) {
    const folder = join(dir, name);
    if (await holdsRecordings(folder)) {
      if (sessionIdSchema.safeParse(name).success) continue;
      if ((await ownerState(folder).catch(() => 'alive')) === 'alive') continue;
      const id = await adopt(dir, name, isFree).catch(() => undefined);
      if (id === undefined) strays.push({ id: name, reason: UNNAMED });
      else log('warn', 'a folder whose name is no session id has another one now', { id, name });
      continue;
    }
    for (const inner of name.startsWith('.') ? [] : (await foldersIn(folder)).slice(0, MOST_INSIDE))
      if (await holdsRecordings(join(folder, inner))) strays.push({ id: `${name}/${inner}`, reason: INSIDE });
  }
  return strays;
}

/** True where a file in a folder has the name of a recording. */
export async function holdsRecordings(folder: string): Promise<boolean> {
  const { files } = await listFiles(folder).catch(() => ({ files: [] }));
  return files.some((name) => isUnfinishedMaster(name) || parseFoundName(name) !== undefined);
}

async function foldersIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

async function adopt(
  dir: string,
  name: string,
  isFree: (id: string) => boolean,
): Promise<string | undefined> {
  const folder = join(dir, name);
  const stem = idFrom(name);
  for (let number = 1; number <= MOST_NAMES; number++) {
    const id = number === 1 ? stem : `${stem}-${number}`;
    if (!sessionIdSchema.safeParse(id).success) return undefined;
    const path = join(dir, id);
    const own = await readSessionAccount(folder, id);
    // One that gets the name back that it had may be known by it.
    if (await isThere(path)) continue;
    if (own.kind !== 'told') {
      if (!isFree(id)) continue;
      if ((await readRenamed(folder, id)) === undefined) return undefined;
    }
    await rename(folder, path);
    await syncFolder(path);
    return id;
  }
  return undefined;
}

function idFrom(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '');
  const id = plain.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/-{2,}/g, '-');
  return id
    .slice(0, MAX_ID_CHARACTERS)
    .replace(/^[._-]+/, '')
    .replace(/[.-]+$/, '');
}
