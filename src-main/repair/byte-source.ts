import type { FileHandle } from 'node:fs/promises';

/** Bytes to inspect, from a file or from memory. Detectors read through this and open no file. */
export interface ByteSource {
  readonly size: number;
  /** The bytes from `offset` on, fewer where the source ends earlier. */
  read(offset: number, length: number): Promise<Buffer>;
}

export function fileSource(file: FileHandle, size: number): ByteSource {
  return {
    size,
    async read(offset, length) {
      const wanted = Math.max(0, Math.min(length, size - offset));
      const buffer = Buffer.alloc(wanted);
      let done = 0;
      while (done < wanted) {
        const { bytesRead } = await file.read(buffer, done, wanted - done, offset + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return buffer.subarray(0, done);
    },
  };
}

/** Serves small reads in rising order from larger ones. */
export function bufferedSource(source: ByteSource, windowBytes = 256 * 1024): ByteSource {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return {
    size: source.size,
    async read(offset, length) {
      if (length > windowBytes) return source.read(offset, length);
      if (offset < start || offset + length > start + window.length) {
        window = await source.read(offset, windowBytes);
        start = offset;
      }
      return window.subarray(offset - start, offset - start + length);
    },
  };
}

const FEW_BLOCKS = 24;
const MANY_BLOCKS = 512;
const BLOCK_BYTES = 16 * 1024;

/** Blocks spread evenly over a stretch. Each begins at a multiple of `align` bytes from its start. */
export async function sampleBlocks(
  source: ByteSource,
  stretch: { readonly offset: number; readonly length: number },
  align: number,
  density: 'few' | 'many' = 'few',
): Promise<Buffer[]> {
  const most = density === 'few' ? FEW_BLOCKS : MANY_BLOCKS;
  const count = Math.max(1, Math.min(most, Math.floor(stretch.length / BLOCK_BYTES)));
  const stride = Math.floor(stretch.length / count / align) * align;
  const blocks: Buffer[] = [];
  for (let index = 0; index < count; index++) {
    const offset = index * stride;
    const length = Math.min(BLOCK_BYTES, stretch.length - offset);
    blocks.push(await source.read(stretch.offset + offset, length - (length % align)));
  }
  return blocks;
}
