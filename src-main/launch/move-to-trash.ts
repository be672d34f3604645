import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { LecternError } from '../contract/errors.ts';

/** Moves a file or folder to the system's trash. Rejects with TRASH_FAILED, the original untouched, if it cannot. */
export async function moveToTrash(path: string): Promise<void> {
  try {
    // Loaded when it is needed, which is seldom: it brings seventy modules with it.
    const { default: trash } = await import('trash');
    await trash(path, { glob: false });
  } catch (cause) {
    throw trashFailed(path, cause);
  }
  const left = await lstat(path).catch(() => undefined);
  if (left !== undefined) throw trashFailed(path);
}

function trashFailed(path: string, cause?: unknown): LecternError {
  return new LecternError(
    'TRASH_FAILED',
    `${basename(path)} could not be moved to the trash, and is still where it was. Delete it by hand if it must go`,
    { cause },
  );
}
