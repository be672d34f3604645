import { createHash, randomUUID } from 'node:crypto';
import { constants, copyFile, link, readdir, rename, rm, unlink } from 'node:fs/promises';
import { uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { LecternError } from '../contract/errors.ts';
import { isFolderSync, readRegularFile, writeWholeFile } from '../disk/regular-file.ts';
import { bootId, isSameProcessAlive, processStarted } from '../runtime/processes.ts';
import { ASIDE_SUFFIX } from './set-aside.ts';
import { systemCode } from './write-error.ts';

/** Says which process is writing to a session's folder. */
const OWNER_FILE = '.owner';

/** Two processes that read the boot time may differ by rounding and small clock steps, but never by a minute. */
const BOOT_TOLERANCE_SECONDS = 60;

/** Prefix of the file that names the next owner; a digest of the old owner's file follows. */
const SUCCESSOR = '-after-';
/** A longer row can only be made by hand. */
const MOST_CLAIMS = 1000;
/** Many times what such a file holds. */
const MAX_OWNER_BYTES = 64 * 1024;

const ownerSchema = z.object({
  pid: z.int(),
  /** Empty where the system does not give it. */
  process_started: z.string(),
  boot_id: z.string(),
  booted_at: z.number(),
});
type Owner = z.infer<typeof ownerSchema>;

/** The state of the process that last wrote to the folder. */
export type OwnerState = 'none' | 'alive' | 'dead' | 'dead-before-boot';

export async function ownerState(folder: string): Promise<OwnerState> {
  const text = await readOwnerFile(join(folder, OWNER_FILE));
  return text === undefined ? 'none' : stateOf(parseOwner(text));
}

/** True where a process is named as the folder's owner, dead or alive. */
export async function isOwned(folder: string): Promise<boolean> {
  return (await readOwnerFile(join(folder, OWNER_FILE))) !== undefined;
}

/**
 * Makes this process the folder's owner, unless a living one is. The owner's file appears together with its content, so
 * nobody reads half of it. Where several processes find a dead owner, one succeeds; none has to wait for another that
 * is killed meanwhile. The next owner is named in a file of its own, which only one process can create.
 */
export async function claimFolder(folder: string): Promise<boolean> {
  const path = join(folder, OWNER_FILE);
  await moveFolderAside(path);
  const last = await lastClaim(path);
  const owner = last && parseOwner(last.text);
  if (owner !== undefined && stateOf(owner) === 'alive')
    return last?.path === path && owner.pid === process.pid;
  const draft = `${path}-draft-${randomUUID()}`;
  try {
    // Every claim is unique, so that a successor of one claim is never taken for the successor of another.
    const text = JSON.stringify({ ...thisProcess(), claim: randomUUID() });
    await writeWholeFile(draft, text);
    return last === undefined ? await putNew(draft, path) : await succeed(draft, text, path, last);
  } catch {
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

interface Claim {
  readonly path: string;
  readonly text: string;
}

const yes = (): boolean => true;
const no = (): boolean => false;

/**
 * Renames a folder that has the name, as no file can replace a folder. The slash makes the call fail for a file:
 * another process may have made its own there since.
 */
async function moveFolderAside(path: string): Promise<void> {
  if (!isFolderSync(path)) return;
  await rename(`${path}/`, `${path}${ASIDE_SUFFIX}-${randomUUID()}`).catch(() => undefined);
}

/** Where several processes try, one succeeds. */
async function putNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    // Some file systems, such as exFAT, have no links.
    const linkless = systemCode(error) === 'EPERM' || systemCode(error) === 'ENOTSUP';
    return linkless && (await copyFile(draft, path, constants.COPYFILE_EXCL).then(yes, no));
  }
}

/** The claim of the owner, or of a successor that was killed before it replaced the owner's file. */
async function lastClaim(path: string): Promise<Claim | undefined> {
  let last: Claim | undefined;
  for (let at = path, step = 0; step < MOST_CLAIMS; step++) {
    const text = await readOwnerFile(at);
    if (text === undefined) break;
    last = { path: at, text };
    at = successorPath(path, text);
  }
  return last;
}

async function succeed(draft: string, text: string, path: string, dead: Claim): Promise<boolean> {
  const successor = successorPath(path, dead.text);
  if (!(await putNew(draft, successor))) return false;
  // The dead owner may already have had a successor, which has replaced it since.
  const last = await lastClaim(path);
  if (last?.path !== successor || last.text !== text) {
    await rm(successor, { force: true });
    return false;
  }
  await rename(successor, path);
  await removeSuccessors(path);
  return true;
}

function successorPath(path: string, text: string): string {
  return `${path}${SUCCESSOR}${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

/** Removes the successor files of former owners; a living owner has none. */
async function removeSuccessors(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(OWNER_FILE + SUCCESSOR)))
    // A folder of such a name does no harm.
    await rm(join(folder, name), { force: true }).catch(() => undefined);
}

/** Describes this process, so that others can later find out whether it is alive. */
export function describeThisProcess(): string {
  return JSON.stringify(thisProcess());
}

/** Whether the process that described itself so is still running. */
export function isDescribedProcessAlive(description: string): boolean {
  return stateOf(parseOwner(description)) === 'alive';
}

function stateOf(owner: Owner): OwnerState {
  const sameBoot =
    owner.boot_id === ''
      ? Math.abs(owner.booted_at - bootedAt()) <= BOOT_TOLERANCE_SECONDS
      : owner.boot_id === bootId();
  if (!sameBoot) return 'dead-before-boot';
  return isSameProcessAlive(owner.pid, owner.process_started) ? 'alive' : 'dead';
}

export async function releaseFolder(folder: string): Promise<void> {
  await unlink(join(folder, OWNER_FILE)).catch(() => undefined);
}

/**
 * Where something else than a file has the name, it owns nothing: the next process replaces it, like the file of a dead
 * owner.
 */
async function readOwnerFile(path: string): Promise<string | undefined> {
  return readRegularFile(path, MAX_OWNER_BYTES).then(String, (error: unknown) =>
    error instanceof LecternError ? '' : undefined,
  );
}

function parseOwner(text: string): Owner {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    // A power cut left the file empty: assume the worse case.
    return { pid: 0, process_started: '', boot_id: 'unknown', booted_at: 0 };
  }
}

function thisProcess(): Owner {
  return {
    pid: process.pid,
    process_started: processStarted(process.pid),
    boot_id: bootId(),
    booted_at: bootedAt(),
  };
}

function bootedAt(): number {
  return Math.round(Date.now() / 1000 - uptime());
}
