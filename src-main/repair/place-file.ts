import { constants, copyFile, link, rename, rm, unlink } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import { syncFile, syncFolder } from '../disk/sync.ts';
import { systemCode } from '../files/write-error.ts';
import { backupNames, exists } from './repair-target.ts';

/** Gives a finished file its name. Nothing may have that name yet. */
export async function placeNew(temporaryPath: string, finalPath: string): Promise<void> {
  try {
    await link(temporaryPath, finalPath);
    await unlink(temporaryPath);
  } catch (error) {
    if (systemCode(error) === 'EEXIST' || (await exists(finalPath)))
      throw new LecternError('FILE_EXISTS', `${finalPath} already exists`, { cause: error });
    // This disk has no hard links.
    await rename(temporaryPath, finalPath);
  }
  await syncFolder(finalPath);
}

/** Keeps a file under a second, unused name. */
export async function keepBackup(path: string): Promise<string> {
  for (const backupPath of backupNames(path)) {
    try {
      await link(path, backupPath);
      return backupPath;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') continue;
      if (await copyBackup(path, backupPath)) return backupPath;
    }
  }
  throw new LecternError('WRITE_FAILED', 'No backup could be kept');
}

async function copyBackup(path: string, backupPath: string): Promise<boolean> {
  try {
    await copyFile(path, backupPath, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    await rm(backupPath, { force: true });
    throw error;
  }
  await syncFile(backupPath);
  return true;
}
