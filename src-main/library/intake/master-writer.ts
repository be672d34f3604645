import type { FileHandle } from 'node:fs/promises';
import { bytesOf } from '../../audio/pcm.ts';
import { openRegularFile } from '../../disk/regular-file.ts';
import { createWavHeader } from '../../audio/wav-header.ts';
import { isZeroBlock } from '../../repair/zero-block.ts';

/** Writes a master from beginning to end. Silence takes no room on disks that allow it. */
export interface MasterWriter {
  readonly frames: number;
  /** Bytes that took room. */
  readonly storedBytes: number;
  /** Interleaved signed 16-bit samples. */
  write(samples: Int16Array): Promise<void>;
  /** Makes it whole and durable. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export interface MasterShape {
  readonly sampleRate: number;
  readonly channels: number;
  /** True where it may grow past what 32 bits count. */
  readonly mayExceed4GiB: boolean;
}

/** Pieces of less are not looked at one by one: a disk gives room in blocks. */
const BLOCK_BYTES = 1024 * 1024;

export async function createMasterWriter(path: string, shape: MasterShape): Promise<MasterWriter> {
  const header = createWavHeader(shape);
  const file: FileHandle = await openRegularFile(path, 'wx');
  const block = Buffer.alloc(BLOCK_BYTES);
  let [filled, dataBytes, storedBytes] = [0, 0, 0];

  const flush = async (): Promise<void> => {
    const bytes = block.subarray(0, filled);
    if (!isZeroBlock(bytes)) {
      await file.write(bytes, 0, filled, header.byteLength + dataBytes);
      storedBytes += filled;
    }
    dataBytes += filled;
    filled = 0;
  };

  return {
    get frames() {
      return (dataBytes + filled) / (2 * shape.channels);
    },
    get storedBytes() {
      return storedBytes;
    },
    async write(samples) {
      const bytes = bytesOf(samples);
      for (let taken = 0; taken < bytes.length;) {
        const count = Math.min(BLOCK_BYTES - filled, bytes.length - taken);
        block.set(bytes.subarray(taken, taken + count), filled);
        filled += count;
        taken += count;
        if (filled === BLOCK_BYTES) await flush();
      }
    },
    async finish() {
      await flush();
      await file.write(header.forSizes(dataBytes, 0), 0, header.byteLength, 0);
      await file.truncate(header.byteLength + dataBytes);
      await file.datasync();
    },
    close: () => file.close(),
  };
}
