import { spawnSync } from 'node:child_process';
import { mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, temporaryFolder, trackMount, unmount } from './cleanup.ts';

/** Mounts a disk of this size, in memory, on a folder. It goes with `unmount`, or when this process ends. */
export function mountSmallDisk(path: string, mebibytes: number): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { status, stderr } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', path],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`expected a tmpfs, mount said: ${stderr}`);
  trackMount(path);
}

/** Why no disk can be mounted here. */
export function mountUnable(): string | undefined {
  const path = temporaryFolder();
  try {
    mountSmallDisk(path, 1);
    unmount(path);
    return undefined;
  } catch (error) {
    return `a small disk takes the right to mount (${error instanceof Error ? error.message.trim() : 'unknown'})`;
  } finally {
    removeFolder(path);
  }
}

export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** Takes room away, as other programs' files do. */
export function fillDisk(path: string, bytes: number): void {
  writeFileSync(join(path, 'other-files'), Buffer.alloc(bytes));
}
