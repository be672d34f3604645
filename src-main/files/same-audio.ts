import type { WavLayout } from '../audio/wav-layout.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { readFully } from '../disk/read-fully.ts';
import { readWavLayout } from './wav-reader.ts';

const BLOCK_BYTES = 1024 * 1024;

/** The position of audio in a file. */
export interface AudioBytes {
  readonly path: string;
  readonly dataOffset: number;
  readonly dataBytes: number;
}

/** The audio of a WAV according to its header. Rejects with INVALID_AUDIO_FILE, or as the system does. */
export async function audioBytesOf(path: string): Promise<AudioBytes> {
  return openedAudio(path, ({ dataBytes }) => dataBytes);
}

/**
 * From the first sample of a WAV to the end of the file, whatever the header counts, as that may be outdated after a
 * power cut. Cue points are included. Rejects with INVALID_AUDIO_FILE, or as the system does.
 */
export async function bytesFromAudioOf(path: string): Promise<AudioBytes> {
  return openedAudio(path, ({ dataOffset }, size) => size - dataOffset);
}

async function openedAudio(
  path: string,
  bytesOf: (layout: WavLayout, size: number) => number,
): Promise<AudioBytes> {
  const file = await openRegularFile(path);
  try {
    const layout = await readWavLayout(file);
    const { size } = await file.stat();
    return { path, dataOffset: layout.dataOffset, dataBytes: bytesOf(layout, size) };
  } finally {
    await file.close();
  }
}

/**
 * True where the first file's audio begins with all of the second one's, byte for byte: the second file can then be
 * deleted.
 */
export async function beginsWith(whole: AudioBytes, beginning: AudioBytes): Promise<boolean> {
  if (whole.dataBytes < beginning.dataBytes) return false;
  const [one, other] = [await openRegularFile(whole.path), await openRegularFile(beginning.path)];
  try {
    const [left, right] = [Buffer.alloc(BLOCK_BYTES), Buffer.alloc(BLOCK_BYTES)];
    for (let at = 0; at < beginning.dataBytes; at += BLOCK_BYTES) {
      const bytes = Math.min(BLOCK_BYTES, beginning.dataBytes - at);
      const read = await readFully(one, left.subarray(0, bytes), whole.dataOffset + at);
      const reread = await readFully(other, right.subarray(0, bytes), beginning.dataOffset + at);
      if (read < bytes || reread < bytes) return false;
      if (!left.subarray(0, bytes).equals(right.subarray(0, bytes))) return false;
    }
    return true;
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
}
