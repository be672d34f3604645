import { statfs } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import { askInTime } from './ask-in-time.ts';
import { statRegularFile } from './regular-file.ts';

/** Kept free, so that files can be finalised when the disk is too full for audio. */
const MAX_RESERVE_BYTES = 4 * 1024 * 1024;
/** On small disks the reserve is a share of the disk, so that nearly all of it stays usable. */
const RESERVE_SHARE = 0.005;

/**
 * Bytes that recordings may still use on the disk of `folder`, without the reserve; undefined if unknown, for example
 * where the disk does not answer.
 */
export async function usableBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, blocks, bsize } = await askInTime(folder, (path) => statfs(path));
    return bavail * bsize - Math.min(MAX_RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
  } catch {
    return undefined;
  }
}

/**
 * Rejects with DISK_FULL, before anything is written, where the disk of a folder has too little room.
 * @param bytes the most that will be written.
 * @param what needs the room, in words: "the MP3".
 */
export async function requireRoom(folder: string, bytes: number, what: string): Promise<void> {
  const usable = await usableBytes(folder);
  if (usable === undefined || bytes <= usable) return;
  throw new LecternError(
    'DISK_FULL',
    `The disk has too little room: ${what} may need ${Math.ceil(bytes)} bytes, ` +
      `${Math.max(0, Math.floor(usable))} are left. Free some space, or choose another folder`,
  );
}

/** The most bytes that a file uses on the disk, without its holes. */
export async function storedBytes(path: string): Promise<number> {
  const stats = await statRegularFile(path);
  return stats === undefined ? 0 : Math.min(stats.size, stats.blocks * 512);
}
