import { lstat, type FileHandle } from 'node:fs/promises';
import { readRange } from '../disk/read-fully.ts';
import { openRegularFile } from '../disk/regular-file.ts';

/**
 * False where an open file has been removed or replaced, as programs that restore or synchronise files do. Writes to
 * such a file still succeed, but its content is lost once it is closed, or is not what others find under its name.
 * @param head the present beginning of the open file
 */
export async function isUnderName(file: FileHandle, path: string, head: Uint8Array): Promise<boolean> {
  const own = await file.stat({ bigint: true });
  if (own.nlink === 0n) return false;
  const named = await lstat(path, { bigint: true }).catch(() => undefined);
  // A file that was moved away keeps its content, and everything that is written to it later.
  if (named === undefined || (named.ino === own.ino && named.dev === own.dev)) return true;
  // Some file systems number their files anew each time. But no other file grows as this one does.
  return named.isFile() && named.size === own.size && (await beginsWith(path, head));
}

async function beginsWith(path: string, head: Uint8Array): Promise<boolean> {
  const named = await openRegularFile(path);
  try {
    return (await readRange(named, 0, head.byteLength)).equals(head);
  } finally {
    await named.close();
  }
}
