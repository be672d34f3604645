import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { whenThereIsRoom } from '../runtime/descriptors.ts';
import { openRegularFile } from './regular-file.ts';

/** Makes what others have written to a file durable. Rejects as the system does, and with FILE_NOT_REGULAR. */
export async function syncFile(path: string): Promise<void> {
  const file = await openRegularFile(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

/**
 * Makes the name of a new or renamed file durable. Never rejects: some file systems cannot sync a folder. Windows
 * cannot open folders, and does not need it.
 */
export async function syncFolder(pathInside: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await whenThereIsRoom(() => open(dirname(pathInside), 'r')).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** Gives a synced file a name that is durable too. What had the name before is gone. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(to);
}
