import { lstat, type FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../disk/regular-file.ts';

/**
 * False where an open file has been removed, or something else put in its place, as a program that restores or
 * synchronises files does. It still takes what is written to it, and is gone with its last byte once it is closed, or is
 * not what is found under its name.
 * @param head what it begins with now
 */
export async function isUnderName(file: FileHandle, path: string, head: Uint8Array): Promise<boolean> {
  const own = await file.stat({ bigint: true });
  if (own.nlink === 0n) return false;
  const named = await lstat(path, { bigint: true }).catch(() => undefined);
  // One that is moved away keeps all that it has, and what comes.
  if (named === undefined || (named.ino === own.ino && named.dev === own.dev)) return true;
  // A file system may number its files anew each time. Nothing else counts up as this one does.
  return named.isFile() && named.size === own.size && (await beginsWith(path, head));
}

async function beginsWith(path: string, head: Uint8Array): Promise<boolean> {
  const named = await openRegularFile(path);
  try {
    const found = Buffer.alloc(head.byteLength);
    await named.read(found, 0, found.length, 0);
    return found.equals(head);
  } finally {
    await named.close();
  }
}
