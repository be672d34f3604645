import { open, type FileHandle } from 'node:fs/promises';

/**
 * How many seconds of audio a growing fragmented MP4 holds, to within its last fragment: walks its boxes (ISO/IEC
 * 14496-12, 4.2), each call from where the last one ended.
 */
export function createFragmentReader(path: string): () => Promise<number> {
  let position = 0;
  let timescale = 1;
  let seconds = 0;
  return async () => {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      while (position + 8 <= size) {
        const head = await read(file, position, 8);
        const boxBytes = head.readUInt32BE(0);
        // A box that is not all there yet, or whose size is still to be filled in.
        if (boxBytes < 8 || position + boxBytes > size) break;
        const type = head.toString('latin1', 4);
        if (type === 'moov') timescale = readTimescale(await read(file, position, boxBytes));
        if (type === 'moof') seconds = readDecodeTime(await read(file, position, boxBytes)) / timescale;
        position += boxBytes;
      }
    } finally {
      await file.close();
    }
    return seconds;
  };
}

/** `mdhd` (8.4.2): version and flags, two times of 4 or 8 bytes, then the timescale. */
function readTimescale(moov: Buffer): number {
  const at = moov.indexOf('mdhd', 0, 'latin1') + 4;
  return moov.readUInt32BE(at + (moov[at] === 1 ? 20 : 12));
}

/** `tfdt` (8.8.12): version and flags, then a time of 4 or 8 bytes. */
function readDecodeTime(moof: Buffer): number {
  const at = moof.indexOf('tfdt', 0, 'latin1') + 4;
  return moof[at] === 1 ? Number(moof.readBigUInt64BE(at + 4)) : moof.readUInt32BE(at + 4);
}

async function read(file: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  await file.read(buffer, 0, bytes, position);
  return buffer;
}
