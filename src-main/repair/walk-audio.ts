import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { systemCode } from '../files/write-error.ts';
import { isAudioName } from './diagnose.ts';

export interface AudioFile {
  readonly path: string;
  /** The folder that was named, or the one that holds the file that was. */
  readonly root: string;
  /** True where the file itself was named. */
  readonly named: boolean;
}

/**
 * The file that `path` names, or every audio file in the folder and those below it, in order of name. Links found in
 * folders are not followed: what they lead to is either visited anyway or not ours to touch.
 * @param leftOut a folder to pass by.
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
