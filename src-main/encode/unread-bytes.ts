import type { FileHandle } from 'node:fs/promises';
import { readFully } from '../disk/read-fully.ts';
import { openRegularFile } from '../disk/regular-file.ts';

/** Tags, and a frame that was cut off. */
const MP3_OVERHEAD_BYTES = 3072;
const BOX_HEADER_BYTES = 16;
/** A larger box cannot be a fragment of half a second: its size is damaged. */
const MOST_FRAGMENT_BYTES = 1024 * 1024;

/**
 * True where the packets that a reader found are all that a growing copy has, apart from what a kill cuts off: a
 * fragment of an MP4, a frame of an MP3. A damaged copy may have more than any reader finds.
 * @param packetBytes of all packets that were read.
 */
export async function isReadWhole(
  path: string,
  packetBytes: number,
  format: 'mp4' | 'mp3',
): Promise<boolean> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    if (format === 'mp3') return size - packetBytes <= MP3_OVERHEAD_BYTES;
    const audioBytes = await audioBytesOfBoxes(file, size);
    return audioBytes !== undefined && audioBytes <= packetBytes;
  } finally {
    await file.close();
  }
}

/** Bytes in the complete `mdat` boxes of an MP4; undefined where its boxes do not follow one another to its end. */
async function audioBytesOfBoxes(file: FileHandle, size: number): Promise<number | undefined> {
  const head = Buffer.alloc(BOX_HEADER_BYTES);
  let audioBytes = 0;
  let at = 0;
  while (at < size) {
    const read = await readFully(file, head, at);
    if (read < 8) return audioBytes;
    const type = head.toString('latin1', 4, 8);
    const isLong = head.readUInt32BE(0) === 1;
    if (isLong && read < BOX_HEADER_BYTES) return audioBytes;
    const boxBytes = isLong ? Number(head.readBigUInt64BE(8)) : head.readUInt32BE(0);
    const headerBytes = isLong ? 16 : 8;
    if (boxBytes < headerBytes || !/^[ -~]{4}$/.test(type)) return undefined;
    if (at + boxBytes > size) return boxBytes <= MOST_FRAGMENT_BYTES ? audioBytes : undefined;
    if (type === 'mdat') audioBytes += boxBytes - headerBytes;
    at += boxBytes;
  }
  return audioBytes;
}
