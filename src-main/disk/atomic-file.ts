import { rename, rm, type FileHandle } from 'node:fs/promises';
import { recreateFile } from './regular-file.ts';
import { syncFolder } from './sync.ts';

/** Ends the name of a file that is being written, until it takes the place of the last one. */
export const NEW_SUFFIX = '.new';

export interface AtomicWrite {
  /** False for what is as easily made again: a power cut may take it. True unless said. */
  readonly durable?: boolean;
}

/**
 * Replaces a file as a whole: whoever reads it, and a crash at any moment, finds the old one or the new one. In this order:
 * `fill` writes a new private file beside it, that file is synced, it takes the name, and the folder is synced.
 * Rejects as `fill` and the system do; the old file is there then as it was.
 */
export async function writeAtomically(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
  { durable = true }: AtomicWrite = {},
): Promise<void> {
  const newPath = path + NEW_SUFFIX;
  let isSynced = false;
  try {
    const file = await recreateFile(newPath);
    try {
      await fill(file);
      if (durable) await file.datasync();
    } finally {
      await file.close();
    }
    isSynced = durable;
    await rename(newPath, path);
  } catch (error) {
    // What is whole stays for recovery, which can read it.
    if (!isSynced) await rm(newPath, { force: true }).catch(() => undefined);
    throw error;
  }
  if (durable) await syncFolder(path);
}
