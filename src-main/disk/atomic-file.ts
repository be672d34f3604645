import { rename, rm, type FileHandle } from 'node:fs/promises';
import { recreateFile } from './regular-file.ts';
import { syncFolder } from './sync.ts';

/** Suffix of a file that is being written, until it replaces the old one. */
export const NEW_SUFFIX = '.new';

export interface AtomicWrite {
  /** False for content that can easily be made again: a power cut may lose it. Default: true. */
  readonly durable?: boolean;
}

/**
 * Replaces a file as a whole: a reader, also after a crash at any moment, finds the old one or the new one. In this
 * order: `fill` writes a new private file beside it, that file is synced, it gets the name, and the folder is synced.
 * Rejects as `fill` and the system do; the old file is then unchanged.
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
    // A complete file stays for recovery, which can read it.
    if (!isSynced) await rm(newPath, { force: true }).catch(() => undefined);
    throw error;
  }
  if (durable) await syncFolder(path);
}
