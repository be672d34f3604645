import { openRegularFile } from './regular-file.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileHandle } from 'node:fs/promises';

/** A disk that fails once often answers the next time; one that does not is not asked for long. */
const TRIES = 4;
const PAUSE_MS = 25;
/** What is no failure of the disk but its answer: nothing has the name, or something else than was asked for. */
const ANSWERS: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG']);

/**
 * Fills `into` from this byte of the file on, however many calls the system makes of it.
 * @returns the bytes read: fewer only where the file ends. Rejects as the system does where it cannot be read.
 */
export async function readFully(
  file: Pick<FileHandle, 'read'>,
  into: Uint8Array,
  position: number,
): Promise<number> {
  let filled = 0;
  while (filled < into.byteLength) {
    const { bytesRead } = await patiently(() =>
      file.read(into, filled, into.byteLength - filled, position + filled),
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** The bytes from `position` on: fewer only where the file ends. Rejects as the system does where it cannot be read. */
export async function readRange(
  file: Pick<FileHandle, 'read'>,
  position: number,
  length: number,
): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, await readFully(file, bytes, position));
}

/** Asks a disk again that has failed: an error that passes is not damage. What answers is asked once. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === TRIES || isAnswer(error)) throw error;
      await delay(PAUSE_MS);
    }
  }
}

function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ANSWERS.has(error.code);
}

const BLOCK_BYTES = 1024 * 1024;

/** Reads a file from its first byte to its last and keeps nothing. Rejects where any of it cannot be read. */
export async function readWholeFile(path: string): Promise<void> {
  const file = await patiently(() => openRegularFile(path));
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    for (let position = 0; ;) {
      const filled = await readFully(file, block, position);
      if (filled < block.length) return;
      position += filled;
    }
  } finally {
    await file.close();
  }
}
