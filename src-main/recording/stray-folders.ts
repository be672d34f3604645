import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionIdSchema } from '../contract/session-id.ts';
import { listFiles, type FolderListing } from '../disk/list-files.ts';
import { isUnfinishedMaster, parseFoundName } from '../files/found-name.ts';
import { ownerState } from '../files/ownership.ts';
import { readSessionAccount } from '../files/session-account.ts';
import { isThere } from '../files/set-aside.ts';
import { syncFolder } from '../disk/sync.ts';
import type { Log } from '../runtime/log.ts';
import { readRenamed } from './renamed-folder.ts';

/** Most folders that are looked into below one: it may hold any number of them. */
const MOST_INSIDE = 200;
const MOST_NAMES = 100;
const MAX_ID_CHARACTERS = 60;
const UNNAMED =
  'This folder holds recordings, but Lectern cannot use its name. Rename it: letters, digits, dot, underscore and hyphen, 64 at most, a letter or digit first.';
const INSIDE =
  'This folder holds recordings, but lies inside another one. Move it into the recordings folder itself.';

const LOOSE =
  'This recording lies in the recordings folder itself, where it belongs to no session. Move it into a folder of its own there, and it is listed at the next launch. It is left as it is';

/** A folder with recordings that is no session, or a recording in no folder. */
export interface StrayFolder {
  /** Its path below the recordings folder. */
  readonly id: string;
  /** Why, and what to do, in a sentence for people. */
  readonly reason: string;
}

/**
 * Looks for recordings in folders whose name is no session id. Where a folder's `session.json` agrees with its files,
 * the folder gets an id that is made from its name. All others stay as they are and are reported, and so are
 * recordings in inner folders.
 * @param isFree whether no session has an id
 */
export async function settleStrays(
  dir: string,
  isFree: (id: string) => boolean,
  log: Log,
): Promise<readonly StrayFolder[]> {
  const strays: StrayFolder[] = [];
  const { files, folders } = await listing(dir);
  for (const name of files) if (isMasterName(name)) strays.push({ id: name, reason: LOOSE });
  for (const name of folders) {
    const inIt = await listing(join(dir, name));
    const isNamed = sessionIdSchema.safeParse(name).success || !inIt.files.some(isRecordingName);
    const id = isNamed ? name : await settleStray(dir, name, isFree, log);
    if (id === undefined) strays.push({ id: name, reason: UNNAMED });
    // A hidden folder belongs to another program, as a trash does: what is in it was put there on purpose.
    if (!name.startsWith('.')) strays.push(...(await straysInside(dir, id ?? name, inIt.folders)));
  }
  return strays;
}

/**
 * The folder's name from now on; undefined where the user has to rename it. A folder that is being recorded to keeps
 * its name.
 */
async function settleStray(
  dir: string,
  name: string,
  isFree: (id: string) => boolean,
  log: Log,
): Promise<string | undefined> {
  if ((await ownerState(join(dir, name)).catch(() => 'alive')) === 'alive') return name;
  const id = await adopt(dir, name, isFree).catch(() => undefined);
  if (id !== undefined) log('warn', 'a folder whose name is no session id has another one now', { id, name });
  return id;
}

/** Inner folders with recordings, at any depth. The nearest are looked at first, up to a limit. */
async function straysInside(dir: string, name: string, inner: readonly string[]): Promise<StrayFolder[]> {
  const strays: StrayFolder[] = [];
  const paths = inner.map((each) => `${name}/${each}`);
  for (let at = 0; at < paths.length && at < MOST_INSIDE; at++) {
    const path = paths[at] ?? name;
    const { files, folders } = await listing(join(dir, path));
    if (files.some(isRecordingName)) strays.push({ id: path, reason: INSIDE });
    paths.push(...folders.slice(0, MOST_INSIDE).map((each) => `${path}/${each}`));
  }
  return strays;
}

/** True where a file in a folder has the name of a recording. */
export async function holdsRecordings(folder: string): Promise<boolean> {
  return (await listing(folder)).files.some(isRecordingName);
}

function isRecordingName(name: string): boolean {
  return isUnfinishedMaster(name) || parseFoundName(name) !== undefined;
}

/** The name of a master as it is recorded, finished or not. */
function isMasterName(name: string): boolean {
  const found = parseFoundName(name);
  return found?.parsed.extension === 'wav' && found.parsed.variant === undefined && !found.isPutAway;
}

/** A folder that cannot be read counts as empty. */
async function listing(folder: string): Promise<FolderListing> {
  return listFiles(folder).catch(() => ({ files: [], folders: [], others: [] }));
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
    // The catalog may know this id: the folder may be getting its old name back.
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
