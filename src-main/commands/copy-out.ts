import { access, constants, copyFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { fitName } from '../disk/fit-name.ts';
import { systemCode, writeError } from '../files/write-error.ts';
import { makeFolder } from '../disk/make-folder.ts';

/**
 * Makes `folder` where it is missing. Rejects with FOLDER_UNWRITABLE, so that nothing is recorded without a place to
 * copy it to.
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new LecternError(
      'FOLDER_UNWRITABLE',
      `The folder ${folder} cannot be written (${systemCode(cause)}). Name another with --out`,
      { cause },
    );
  }
}

/** Copies a recording out of the library to `to`. Rejects with FILE_EXISTS, DISK_FULL or FOLDER_UNWRITABLE. */
export async function copyOut(from: string, to: string): Promise<void> {
  const folder = dirname(to);
  try {
    await makeFolder(folder);
  } catch (cause) {
    throw notCopied(folder, cause);
  }
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST')
      throw new LecternError('FILE_EXISTS', `${to} already exists. Name another file with --out`, { cause });
    throw notCopied(folder, cause);
  }
}

/** Copies a recording into a folder, under another name where its own is taken. Resolves with the path of the copy. */
export async function copyInto(from: string, folder: string): Promise<string> {
  const extension = extname(from);
  const stem = basename(from, extension);
  for (let number = 1; ; number++) {
    const to = join(folder, fitName(stem, `${number === 1 ? '' : `-${number}`}${extension}`));
    try {
      await copyOut(from, to);
      return to;
    } catch (error) {
      if (!(error instanceof LecternError && error.code === 'FILE_EXISTS')) throw error;
    }
  }
}

function notCopied(folder: string, cause: unknown): LecternError {
  const kept = 'The recording is kept in the library';
  if (writeError(cause).code === 'DISK_FULL')
    return new LecternError(
      'DISK_FULL',
      `The disk is full at ${folder}. ${kept}: free some space, or export it to another folder`,
      { cause },
    );
  return new LecternError(
    'FOLDER_UNWRITABLE',
    `The folder ${folder} cannot be written (${systemCode(cause)}). ${kept}: export it to another folder`,
    { cause },
  );
}
