import type { FileHandle } from 'node:fs/promises';
import { decodeMulaw } from '../audio/mulaw.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { writeFully } from '../disk/write-fully.ts';
import { pieceBytes, type KeptPiece, type Piece, type RepairControl } from './finding.ts';
import { isZeroBlock } from './zero-block.ts';

/** Bytes of the damaged file in one block. Converted, they become twice as many. */
const BLOCK_BYTES = 512 * 1024;

/** The blocks of a repaired file in order, made from the damaged file on demand. */
export async function* pieceBlocks(pieces: readonly Piece[], file: FileHandle): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if ('bytes' in piece) yield piece.bytes;
    else yield* keptBlocks(piece, file);
  }
}

async function* keptBlocks(piece: KeptPiece, file: FileHandle): AsyncGenerator<Uint8Array> {
  const { offset, length, convert } = piece;
  const buffer = Buffer.alloc(BLOCK_BYTES);
  for (let done = 0; done < length;) {
    const wanted = Math.min(BLOCK_BYTES, length - done);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await file.read(buffer, filled, wanted - filled, offset + done + filled);
      if (bytesRead === 0) throw new Error('The file became shorter while it was read');
      filled += bytesRead;
    }
    done += wanted;
    const block = buffer.subarray(0, wanted);
    if (convert === 'swap16') block.swap16();
    yield convert === 'mulaw' ? decodeMulaw(block) : block;
  }
}

/** Writes a repaired file to a new path, durably. Silence takes no room on disks with sparse files. */
export async function writePieces(
  pieces: readonly Piece[],
  fromPath: string,
  toPath: string,
  { signal, onProgress }: RepairControl = {},
): Promise<void> {
  const size = pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0);
  const from = await openRegularFile(fromPath);
  try {
    const to = await openRegularFile(toPath, 'wx');
    try {
      let position = 0;
      for await (const block of pieceBlocks(pieces, from)) {
        signal?.throwIfAborted();
        if (!isZeroBlock(block)) await writeFully(to, block, position);
        position += block.length;
        onProgress?.(position / size);
      }
      await to.truncate(position);
      await to.datasync();
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

/** True where a file already holds exactly these pieces. */
export async function holdsPieces(
  path: string,
  pieces: readonly Piece[],
  fromPath: string,
): Promise<boolean> {
  const [from, file] = [await openRegularFile(fromPath), await openRegularFile(path)];
  try {
    const size = pieces.reduce((sum, piece) => sum + pieceBytes(piece), 0);
    if ((await file.stat()).size !== size) return false;
    const there = Buffer.alloc(2 * BLOCK_BYTES);
    let position = 0;
    for await (const block of pieceBlocks(pieces, from)) {
      const { bytesRead } = await file.read(there, 0, block.length, position);
      if (bytesRead < block.length || !there.subarray(0, bytesRead).equals(block)) return false;
      position += block.length;
    }
    return true;
  } finally {
    await from.close();
    await file.close();
  }
}
