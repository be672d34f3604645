import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const children = new Set<ChildProcess>();
const mounts = new Set<string>();
const folders = new Set<string>();

/** Sees to it that a child and everything it started is gone when this process is. It must lead its own group. */
export function trackChild(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}

export function trackMount(path: string): void {
  mounts.add(path);
}

export function unmount(path: string): void {
  // Lazily, as a process that is being killed may still have a file open on it.
  spawnSync('umount', ['-l', path]);
  mounts.delete(path);
}

/** A folder that is removed by `removeFolder`, or else when this process ends. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'lectern-torture-'));
  folders.add(path);
  return path;
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(path);
}

/** Ends what is still running, unmounts what is still mounted, removes what is still there. */
export function cleanUp(): void {
  for (const { pid } of children) if (pid !== undefined) killGroup(pid);
  for (const path of mounts) unmount(path);
  for (const path of folders) rmSync(path, { recursive: true, force: true });
}

export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}

process.on('exit', cleanUp);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
