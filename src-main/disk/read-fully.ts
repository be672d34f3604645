import { openRegularFile } from './regular-file.ts';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileHandle } from 'node:fs/promises';

/** A disk that fails once often answers the next time. Where it keeps failing, we stop soon. */
const TRIES = 4;
const PAUSE_MS = 25;
/** Errors that are answers, not failures of the disk: nothing has the name, or something of another kind. */
const ANSWERS: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG']);

/**
 * Fills `into` from this byte of the file on, in as many reads as it takes.
 * @returns the bytes read: fewer only where the file ends. Rejects as the system does where it cannot be read.
 */
export async function readFully(
  file: Pick<FileHandle, 'read'>,
  into: Uint8Array,
  position: number,
): Promise<number> {
  let filled = 0;
  while (filled < into.byteLength) {
    const { bytesRead } = await withRetries(() =>
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

/**
 * Retries a request to the disk that failed: a temporary error is not damage. A request that is answered is sent once.
 */
export async function withRetries<T>(ask: () => Promise<T>): Promise<T> {
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
  const file = await withRetries(() => openRegularFile(path));
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
