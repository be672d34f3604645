import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { claimFolder, ownerState } from '../../files/ownership.ts';
import { makeFolder } from '../../disk/make-folder.ts';

/**
 * This process's private folder for incoming files. Other processes on the same data folder have their own beside it.
 */
export interface IntakeFolder {
  /** Makes a folder for one file. */
  add(name: string): Promise<string>;
  /** Removes the folder and everything in it. */
  remove(): Promise<void>;
}

/** @param root shared by every process; a folder in it is one process's. */
export function createIntakeFolder(root: string, processName: string): IntakeFolder {
  const own = join(root, processName);
  let made: Promise<unknown> | undefined;
  return {
    async add(name) {
      made ??= makeFolder(own).then(() => claimFolder(own));
      await made;
      const folder = join(own, name);
      await mkdir(folder, { mode: 0o700 });
      return folder;
    },
    async remove() {
      await made?.catch(() => undefined);
      await rm(own, { recursive: true, force: true });
      // Fails where another process has something in it.
      await rmdir(root).catch(() => undefined);
    },
  };
}

/** Removes the folders of dead processes: those below `root` whose names pass `belongs`. */
export async function sweepDeadFolders(root: string, belongs: (name: string) => boolean): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const folder = join(root, entry.name);
    if (!entry.isDirectory() || !belongs(entry.name) || (await ownerState(folder)) === 'alive') continue;
    await rm(folder, { recursive: true, force: true });
  }
}
