import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../disk/regular-file.ts';
import { withRetries, readFully } from '../disk/read-fully.ts';
import type { AudioBytes } from './same-audio.ts';

/** The smallest loss of a disk. */
const SECTOR_BYTES = 512;
/** Read at once; a multiple of a sector. */
export const READ_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(SECTOR_BYTES);

/** A stretch of bytes of a track's audio, from its first sample on. */
export interface ZeroStretch {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds where a WAV's 16-bit audio is all zeros for at least the smallest loss of a disk. Rejects where it cannot be
 * read.
 */
export async function findZeroStretches(audio: AudioBytes): Promise<ZeroStretch[]> {
  const opened = await openAudio(audio);
  try {
    return await silencesOf(opened);
  } finally {
    await opened.close();
  }
}

export interface OpenAudio {
  readonly bytes: number;
  /** Returns zeros for bytes behind the end. */
  read(position: number, bytes: number): Promise<Buffer>;
  close(): Promise<void>;
}

export async function openAudio({ path, dataOffset, dataBytes }: AudioBytes): Promise<OpenAudio> {
  const file: FileHandle = await withRetries(() => openRegularFile(path));
  return {
    bytes: dataBytes,
    async read(position, bytes) {
      const into = Buffer.alloc(bytes);
      const there = Math.max(0, Math.min(bytes, dataBytes - position));
      await readFully(file, into.subarray(0, there), dataOffset + position);
      return into;
    },
    close: () => file.close(),
  };
}

/** Every stretch of zeros that is at least as long as a sector, in whole samples. */
export async function silencesOf(audio: OpenAudio): Promise<ZeroStretch[]> {
  const silences: ZeroStretch[] = [];
  let start: number | undefined;
  const close = (end: number): void => {
    if (start !== undefined && end - start >= SECTOR_BYTES) silences.push({ start, end });
    start = undefined;
  };
  for (let at = 0; at < audio.bytes; at += READ_BYTES) {
    const block = await audio.read(at, Math.min(READ_BYTES, audio.bytes - at));
    for (let from = 0; from < block.length; from += SECTOR_BYTES) {
      const piece = block.subarray(from, from + SECTOR_BYTES);
      const isZero = piece.equals(ZEROS.subarray(0, piece.length));
      if (isZero) start ??= at + from;
      else
        for (let byte = 0; byte + 1 < piece.length; byte += 2)
          if (piece[byte] === 0 && piece[byte + 1] === 0) start ??= at + from + byte;
          else if (start !== undefined) close(at + from + byte);
    }
  }
  close(audio.bytes - (audio.bytes % 2));
  return silences;
}
