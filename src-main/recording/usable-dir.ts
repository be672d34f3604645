import type { LecternError } from '../contract/errors.ts';
import { requireWritableFolder } from '../disk/make-folder.ts';
import { unwritable } from '../files/session-folder.ts';

/** Where a recording goes. */
export interface UsableDir {
  readonly dir: string;
  /** Why this is not the wanted folder. */
  readonly problem?: LecternError;
}

export interface UsableDirOptions {
  readonly fallbackDir: () => string | null;
  /** The data folder's own recordings folder. It is there as long as the catalog is. */
  readonly ownDir: string;
}

/**
 * Finds the folder for a new recording: the wanted folder where it can be written, else the fallback folder, else the
 * data folder's own. Every recording asks again, so the wanted folder is used as soon as it is back. Rejects with
 * FOLDER_UNWRITABLE where no folder can be written.
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
