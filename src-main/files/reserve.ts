import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile, writeWholeFile } from '../disk/regular-file.ts';

const RESERVE_FILE = '.reserve';
/** Enough to write `session.json` twice, and under one per cent of the smallest disk anyone records to. */
const RESERVE_BYTES = 16 * 1024;

/** Reserves a little room while recording, so that a session can still be described on a full disk. */
export async function keepReserve(folder: string): Promise<void> {
  await writeWholeFile(join(folder, RESERVE_FILE), new Uint8Array(RESERVE_BYTES)).catch(() => undefined);
}

export async function spendReserve(folder: string): Promise<void> {
  await unlink(join(folder, RESERVE_FILE)).catch(() => undefined);
}

/** True where the file of that name is our reserve, and not something to keep. */
export async function isReserve(folder: string): Promise<boolean> {
  const bytes = await readRegularFile(join(folder, RESERVE_FILE), RESERVE_BYTES).catch(() => undefined);
  return bytes?.every((byte) => byte === 0) === true;
}
