import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile, writeWholeFile } from '../disk/regular-file.ts';

const RESERVE_FILE = '.reserve';
/** Enough to write `session.json` twice, and under one per cent of the smallest disk anyone records to. */
const RESERVE_BYTES = 16 * 1024;

/** Takes up a little room while recording, so that a session can be described on a disk that has filled up. */
export async function keepReserve(folder: string): Promise<void> {
  await writeWholeFile(join(folder, RESERVE_FILE), new Uint8Array(RESERVE_BYTES)).catch(() => undefined);
}

export async function spendReserve(folder: string): Promise<void> {
  await unlink(join(folder, RESERVE_FILE)).catch(() => undefined);
}

/** True where the room that was kept free is what has its name, and not something that is to be kept. */
export async function isReserve(folder: string): Promise<boolean> {
  const bytes = await readRegularFile(join(folder, RESERVE_FILE), RESERVE_BYTES).catch(() => undefined);
  return bytes?.every((byte) => byte === 0) === true;
}
