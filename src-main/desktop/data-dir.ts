import { app } from 'electron';
import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { makeFolderSync } from '../disk/make-folder.ts';

const DIR_ARGUMENT = '--dir=';

/** The folder named by `--dir=`, or the usual one. */
export function chooseDataDir(argv: readonly string[], usual: string): string {
  const given = argv.find((argument) => argument.startsWith(DIR_ARGUMENT));
  return given === undefined ? usual : resolve(given.slice(DIR_ARGUMENT.length));
}

/**
 * Puts Chromium's own files under the data folder, apart from the recordings. The single-instance lock goes by
 * this folder, so it must be set before the lock is asked for.
 */
export function keepProfileIn(dataDir: string): string {
  const profileDir = join(dataDir, 'desktop-profile');
  try {
    makeFolderSync(profileDir);
    accessSync(profileDir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new LecternError(
      'FOLDER_UNWRITABLE',
      `The data folder ${dataDir} cannot be written (${code}). Make it writable, or name another with --dir=FOLDER`,
      { cause },
    );
  }
  app.setPath('userData', profileDir);
  return profileDir;
}
