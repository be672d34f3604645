import { statfs } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import { askInTime } from './ask-in-time.ts';
import { statRegularFile } from './regular-file.ts';

/** Kept free so that files can still be finalised when the disk is full for audio. */
const MAX_RESERVE_BYTES = 4 * 1024 * 1024;
/** On small disks the reserve is a share of the disk, so that nearly all of it can still be used. */
const RESERVE_SHARE = 0.005;

/** Bytes that recordings may still take on the disk of `folder`, the reserve taken off; undefined if unknown, as where the disk does not answer. */
export async function usableBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, blocks, bsize } = await askInTime(folder, (path) => statfs(path));
    return bavail * bsize - Math.min(MAX_RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
  } catch {
    return undefined;
  }
}

/**
 * Rejects with DISK_FULL, before anything is written, where a folder's disk has not so much room.
 * @param bytes at most what will be written.
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

/** Bytes that a file takes on the disk at most, holes left out. */
export async function storedBytes(path: string): Promise<number> {
  const stats = await statRegularFile(path);
  return stats === undefined ? 0 : Math.min(stats.size, stats.blocks * 512);
}
