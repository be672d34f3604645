import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fitName } from './fit-name.ts';
import { recreateFile, requireReplaceable } from './regular-file.ts';
import { renameDurably, syncFile } from './sync.ts';

/** For `.txt`, which may be added: a metadata file for the writing program. */
const METADATA_BYTES = 4;

/**
 * Puts a new file at `finalPath`, or leaves the old one unchanged. `write` fills a temporary file beside it that
 * already exists, empty and private; `verify` reads it back and rejects unless it is complete. Rejects with
 * FILE_NOT_REGULAR where the name is not a regular file's.
 */
export async function replaceFile(
  finalPath: string,
  write: (temporaryPath: string) => Promise<void>,
  verify: (temporaryPath: string) => Promise<void>,
): Promise<void> {
  await requireReplaceable(finalPath);
  const temporaryPath = join(
    dirname(finalPath),
    fitName(basename(finalPath), `.encoding-${randomBytes(4).toString('hex')}`, METADATA_BYTES),
  );
  try {
    await createPrivateFile(temporaryPath);
    await write(temporaryPath);
    await verify(temporaryPath);
    await syncFile(temporaryPath);
    await renameDurably(temporaryPath, finalPath);
  } catch (error) {
    await rm(temporaryPath, { force: true });
    throw error;
  }
}

/** An empty file only its owner can read, which ffmpeg then overwrites without widening that. */
export async function createPrivateFile(path: string): Promise<void> {
  await (await recreateFile(path)).close();
}
