import { readFileSync } from 'node:fs';
import { open, readFile, rename, rm, unlink } from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** Says which process is writing to a session's folder. */
const OWNER_FILE = '.owner';

/** Boot times read by two processes differ by rounding and clock steps, never by a minute. */
const BOOT_TOLERANCE_SECONDS = 60;

const ownerSchema = z.object({ pid: z.int(), process_started: z.string(), booted_at: z.number() });
type Owner = z.infer<typeof ownerSchema>;

/** What became of whoever wrote to the folder last. */
export type OwnerState = 'none' | 'alive' | 'dead' | 'dead-before-boot';

export async function ownerState(folder: string): Promise<OwnerState> {
  const owner = await readOwner(join(folder, OWNER_FILE));
  if (owner === undefined) return 'none';
  if (Math.abs(owner.booted_at - bootedAt()) > BOOT_TOLERANCE_SECONDS) return 'dead-before-boot';
  return isRunning(owner) ? 'alive' : 'dead';
}

/**
 * Makes this process the folder's owner, unless a living one is. Of two that try at once one succeeds: a dead
 * owner's file is moved away first, which only one of them can do.
 */
export async function claimFolder(folder: string): Promise<boolean> {
  const path = join(folder, OWNER_FILE);
  const state = await ownerState(folder);
  if (state === 'alive') return (await readOwner(path))?.pid === process.pid;
  if (state !== 'none') {
    const aside = `${path}-${process.pid}`;
    const moved = await rename(path, aside).then(
      () => true,
      () => false,
    );
    if (!moved) return false;
    await rm(aside, { force: true });
  }
  const file = await open(path, 'wx', 0o600).catch(() => undefined);
  if (file === undefined) return false;
  await file.writeFile(JSON.stringify(thisProcess())).catch(() => undefined);
  await file.close();
  return true;
}

export async function releaseFolder(folder: string): Promise<void> {
  await unlink(join(folder, OWNER_FILE)).catch(() => undefined);
}

async function readOwner(path: string): Promise<Owner | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    // A power cut leaves it empty, a process that dies in the middle of it half written: the worse one is assumed.
    return { pid: 0, process_started: '', booted_at: 0 };
  }
}

function thisProcess(): Owner {
  return { pid: process.pid, process_started: processStarted(process.pid), booted_at: bootedAt() };
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

/** When a process started, to tell it from a later one with its number; empty where the system does not say. */
function processStarted(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted after the command in brackets, which may itself hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function bootedAt(): number {
  return Math.round(Date.now() / 1000 - uptime());
}
