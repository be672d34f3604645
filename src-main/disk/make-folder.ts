import { mkdirSync } from 'node:fs';
import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { askInTime } from './ask-in-time.ts';

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/**
 * Makes a folder and its missing parents; an existing folder stays as it is. Rejects with the system's error. Node's
 * own recursive mkdir never ends below `/proc`, where nothing can be made.
 * @param mode of the folders that are made.
 */
export async function makeFolder(path: string, mode = 0o700): Promise<void> {
  try {
    await mkdir(path, { mode });
  } catch (error) {
    if (isMissing(error) && dirname(path) !== path) {
      await makeFolder(dirname(path), mode);
      await mkdir(path, { mode }).catch((again: unknown) => requireFolder(path, again));
    } else await requireFolder(path, error);
  }
}

/** As makeFolder, at once. */
export function makeFolderSync(path: string, mode = 0o700): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (isThere(error)) return;
    if (!isMissing(error) || dirname(path) === path) throw error;
    makeFolderSync(dirname(path), mode);
    try {
      mkdirSync(path, { mode });
    } catch (again) {
      if (!isThere(again)) throw again;
    }
  }
}

/**
 * Makes sure that a folder is there and can be written to. Rejects with the system's error, and with ETIMEDOUT where the
 * disk does not answer.
 */
export async function requireWritableFolder(path: string, patienceMs?: number): Promise<void> {
  await askInTime(
    path,
    async () => {
      await makeFolder(path);
      await access(path, constants.W_OK | constants.X_OK);
    },
    patienceMs,
  );
}

/** Where something of that name exists already, that is fine if it is a folder. */
async function requireFolder(path: string, error: unknown): Promise<void> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isFolder) throw notAFolder(error);
}

function notAFolder(error: unknown): unknown {
  const isFile = isThere(error);
  return isFile ? Object.assign(new Error('not a folder'), { code: 'ENOTDIR' }) : error;
}

function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
