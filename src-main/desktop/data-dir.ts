import { app } from 'electron';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

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
  mkdirSync(profileDir, { recursive: true, mode: 0o700 });
  app.setPath('userData', profileDir);
  return profileDir;
}
