import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { constants, copyFile, link, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { processStarted } from './process-started.ts';
import { systemCode } from './write-error.ts';

/** Says which process is writing to a session's folder. */
const OWNER_FILE = '.owner';

/** Boot times read by two processes differ by rounding and small clock steps, never by a minute. */
const BOOT_TOLERANCE_SECONDS = 60;

/** The lock is held for a few file operations only. */
const STALE_LOCK_MS = 10_000;

const ownerSchema = z.object({
  pid: z.int(),
  /** Empty where the system does not tell. */
  process_started: z.string(),
  boot_id: z.string(),
  booted_at: z.number(),
});
type Owner = z.infer<typeof ownerSchema>;

/** What became of whoever wrote to the folder last. */
export type OwnerState = 'none' | 'alive' | 'dead' | 'dead-before-boot';

export async function ownerState(folder: string): Promise<OwnerState> {
  const text = await readOwnerFile(join(folder, OWNER_FILE));
  return text === undefined ? 'none' : stateOf(parseOwner(text));
}

/**
 * Makes this process the folder's owner, unless a living one is. The file appears with its content, so nobody reads
 * half of it; of several that find a dead owner, only who holds the lock may replace its file.
 */
export async function claimFolder(folder: string): Promise<boolean> {
  const path = join(folder, OWNER_FILE);
  const found = await readOwnerFile(path);
  const owner = found === undefined ? undefined : parseOwner(found);
  if (owner !== undefined && stateOf(owner) === 'alive') return owner.pid === process.pid;
  const draft = `${path}-${randomUUID()}`;
  try {
    await writeFile(draft, JSON.stringify(thisProcess()), { mode: 0o600 });
    return found === undefined ? await putNew(draft, path) : await replaceDead(draft, path, found);
  } catch {
    return false;
  } finally {
    await rm(draft, { force: true });
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;

/** Where nobody has owned the folder: of several that try, one succeeds. */
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

/** Under a lock, so that what is replaced is still the dead owner's and not that of one who came first. */
async function replaceDead(draft: string, path: string, dead: string): Promise<boolean> {
  const lock = `${path}.lock`;
  const lockedAtMs = await stat(lock).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
  // Left by one that died with it in hand.
  if (lockedAtMs !== undefined && Date.now() - lockedAtMs > STALE_LOCK_MS) await rm(lock, { force: true });
  if (!(await writeFile(lock, '', { mode: 0o600, flag: 'wx' }).then(yes, no))) return false;
  try {
    if ((await readOwnerFile(path)) !== dead) return false;
    await rename(draft, path);
    return true;
  } finally {
    await rm(lock, { force: true });
  }
}

/** This process in words, by which it is known to be alive or not when others read them later. */
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
  return isRunning(owner) ? 'alive' : 'dead';
}

export async function releaseFolder(folder: string): Promise<void> {
  await unlink(join(folder, OWNER_FILE)).catch(() => undefined);
}

async function readOwnerFile(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

function parseOwner(text: string): Owner {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    // Left empty by a power cut: the worse one is assumed.
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

function isRunning(owner: Owner): boolean {
  if (owner.pid <= 0) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // A process of another user is there, but may not be signalled.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return processStarted(owner.pid) === owner.process_started;
}

/** Names this boot whatever the clock does; empty where the system has no such name. */
function bootId(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function bootedAt(): number {
  return Math.round(Date.now() / 1000 - uptime());
}
