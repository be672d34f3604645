import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { systemCode } from '../files/write-error.ts';
import { isAudioName } from './diagnose.ts';

export interface AudioFile {
  readonly path: string;
  /** The named folder, or the folder of the named file. */
  readonly root: string;
  /** True where the file itself was named. */
  readonly named: boolean;
}

/**
 * The named file, or every audio file in the named folder and below, in order of name. Links in folders are not
 * followed: their target is either visited anyway or not ours to change.
 * @param leftOut a folder to skip
 */
export async function* walkAudio(path: string, leftOut?: string): AsyncGenerator<AudioFile> {
  const real = await realpath(path).catch((error: unknown) => {
    throw new LecternError('FILE_MISSING', `${path} cannot be read (${systemCode(error)})`, { cause: error });
  });
  if ((await stat(real)).isDirectory()) yield* walkFolder(real, real, leftOut);
  else yield { path: real, root: dirname(real), named: true };
}

async function* walkFolder(folder: string, root: string, leftOut?: string): AsyncGenerator<AudioFile> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || path === leftOut) continue;
    if (entry.isDirectory()) yield* walkFolder(path, root, leftOut);
    else if (entry.isFile() && isAudioName(entry.name)) yield { path, root, named: false };
  }
}
