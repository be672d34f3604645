import type { LecternError } from '../contract/errors.ts';
import { requireWritableFolder } from '../disk/make-folder.ts';
import { unwritable } from '../files/session-folder.ts';

/** Where a recording goes. */
export interface UsableDir {
  readonly dir: string;
  /** Why it is not the folder that was wanted. */
  readonly problem?: LecternError;
}

export interface UsableDirOptions {
  readonly fallbackDir: () => string | null;
  /** The data folder's own, which is there as long as the catalog is. */
  readonly ownDir: string;
}

/**
 * Finds the folder for a recording that begins: the wanted one wherever it can be written, and so again as soon as it is
 * back; else the spare folder, else the data folder's own. Rejects with FOLDER_UNWRITABLE where none can be.
 */
export function createUsableDir({
  fallbackDir,
  ownDir,
}: UsableDirOptions): (wanted: string) => Promise<UsableDir> {
  const problemWith = (dir: string): Promise<LecternError | undefined> =>
    requireWritableFolder(dir).then(
      () => undefined,
      (error: unknown) => unwritable(error, dir),
    );
  return async (wanted) => {
    const problem = await problemWith(wanted);
    if (problem === undefined) return { dir: wanted };
    for (const dir of [fallbackDir(), ownDir])
      if (dir !== null && dir !== wanted && (await problemWith(dir)) === undefined) return { dir, problem };
    throw problem;
  };
}
