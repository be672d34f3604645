import type { FileHandle } from 'node:fs/promises';
import { writeAtomically } from '../disk/atomic-file.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { createWavHeader } from '../audio/wav-header.ts';
import { readWavLayout } from './wav-reader.ts';
import { writeError } from './write-error.ts';

const COPY_BYTES = 256 * 1024;

/** A WAV made of a part of another one: its own header, and the samples in the other file. */
export interface WavSlice {
  /** The file that holds the samples. */
  readonly path: string;
  /** The bytes in front of the samples. */
  readonly head: Uint8Array;
  /** Where the samples are in the file. */
  readonly start: number;
  readonly bytes: number;
  readonly frames: number;
}

export interface SliceBounds {
  readonly startFrame: number;
  readonly frameCount: number;
}

/** Finds the frames in a 16-bit PCM WAV, which may still grow; only those that exist, undefined for none. */
export async function sliceWav(
  path: string,
  { startFrame, frameCount }: SliceBounds,
): Promise<WavSlice | undefined> {
  const file = await openRegularFile(path).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const layout = await readWavLayout(file);
    const { formatTag, bitsPerSample, channels, sampleRate, dataOffset, dataBytes } = layout;
    if (formatTag !== 1 || bitsPerSample !== 16) return undefined;
    const frameBytes = 2 * channels;
    const frames = Math.min(frameCount, dataBytes / frameBytes - startFrame);
    if (frames <= 0) return undefined;
    const bytes = frames * frameBytes;
    const head = createWavHeader({ sampleRate, channels, mayExceed4GiB: false }).forSizes(bytes, 0);
    return { path, head, start: dataOffset + startFrame * frameBytes, bytes, frames };
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/**
 * Writes a slice to a file of its own, which is complete whenever it has its name. It is not synced: it can be made
 * again. Rejects with DISK_FULL or WRITE_FAILED.
 */
export async function writeSlice(slice: WavSlice, path: string): Promise<void> {
  const fill = async (to: FileHandle): Promise<void> => {
    const from = await openRegularFile(slice.path);
    try {
      await copy(slice, from, to);
    } finally {
      await from.close();
    }
  };
  await writeAtomically(path, fill, { durable: false }).catch((error: unknown) => {
    throw writeError(error);
  });
}

async function copy({ head, start, bytes }: WavSlice, from: FileHandle, to: FileHandle): Promise<void> {
  await to.writeFile(head);
  const buffer = new Uint8Array(Math.min(COPY_BYTES, bytes));
  for (let copied = 0; copied < bytes;) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, bytes - copied), start + copied);
    if (bytesRead === 0) throw new Error('shorter than when it was looked at');
    await to.writeFile(buffer.subarray(0, bytesRead));
    copied += bytesRead;
  }
}
