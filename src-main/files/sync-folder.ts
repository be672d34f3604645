import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { whenThereIsRoom } from '../runtime/descriptors.ts';

/** Makes a new or renamed file's name survive a power cut. Windows cannot open folders, and does not need it. */
export async function syncFolder(pathInside: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await whenThereIsRoom(() => open(dirname(pathInside), 'r')).catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
