import { statfs } from 'node:fs/promises';

/** Kept free so that files can still be finalised when the disk is full for audio. */
const MAX_RESERVE_BYTES = 4 * 1024 * 1024;
/** On small disks the reserve is a share of the disk, so that nearly all of it can still be used. */
const RESERVE_SHARE = 0.005;

/** Bytes that recordings may still take on the disk of `folder`, the reserve taken off; undefined if unknown. */
export async function usableBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return bavail * bsize - Math.min(MAX_RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
  } catch {
    return undefined;
  }
}
