import type { FileHandle } from 'node:fs/promises';
import { parseFrom } from '../audio/bytes-parser.ts';
import { isRefusal } from '../audio/wav-chunks.ts';
import { parseWavLayout, wireEncodingOf, type WavLayout } from '../audio/wav-layout.ts';
import type { AudioFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { withRetries, readRange } from '../disk/read-fully.ts';
import { systemCode } from './write-error.ts';

/**
 * The layout of the WAV of that name; undefined where it is not a WAV. Rejects as the system does where it cannot be
 * read.
 */
export async function findWavLayout(path: string): Promise<WavLayout | undefined> {
  const file = await withRetries(() => openRegularFile(path));
  try {
    return await readWavLayout(file);
  } catch (error) {
    if (error instanceof LecternError) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}

/** Reads a WAV's header, strictly. Rejects with INVALID_AUDIO_FILE, naming what was found instead. */
export async function readWavLayout(file: FileHandle): Promise<WavLayout> {
  const { size } = await file.stat();
  const layout = await parseFrom(parseWavLayout(size), (offset, length) => readRange(file, offset, length));
  if (isRefusal(layout)) throw invalid(layout.refusal);
  return layout;
}

export interface WavSamples extends AudioFormat {
  readonly frames: number;
  /** Whole frames in order, `chunkFrames` at a time. */
  read(chunkFrames: number): AsyncGenerator<Uint8Array>;
  /** This many frames from `startFrame` on; fewer where the file ends. */
  readFrames(startFrame: number, frames: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a WAV whose samples the protocol can carry unchanged; undefined for any other audio file. */
export async function openWavSamples(path: string): Promise<WavSamples | undefined> {
  const file = await openRegularFile(path).catch((error: unknown) => {
    if (error instanceof LecternError) throw error;
    throw new LecternError('FILE_MISSING', `${path} cannot be read (${systemCode(error)})`, { cause: error });
  });
  const layout = await readWavLayout(file).catch(async (error: unknown) => {
    if (error instanceof LecternError) return undefined;
    // A read error says nothing about the kind of file.
    await file.close();
    throw new LecternError('FILE_UNREADABLE', `${path} cannot be read (${systemCode(error)})`, {
      cause: error,
    });
  });
  const encoding = layout === undefined ? undefined : wireEncodingOf(layout);
  if (layout === undefined || encoding === undefined || layout.channels > 2 || layout.sampleRate === 0) {
    await file.close();
    return undefined;
  }
  const frameBytes = (layout.channels * layout.bitsPerSample) / 8;
  const end = layout.dataOffset + layout.dataBytes;
  return {
    encoding,
    sampleRate: layout.sampleRate,
    channels: layout.channels,
    frames: layout.dataBytes / frameBytes,
    async *read(chunkFrames) {
      for (let position = layout.dataOffset; position < end; position += chunkFrames * frameBytes)
        yield readThere(file, position, Math.min(chunkFrames * frameBytes, end - position));
    },
    readFrames(startFrame, frames) {
      const position = Math.min(end, layout.dataOffset + startFrame * frameBytes);
      return readThere(file, position, Math.min(frames * frameBytes, end - position));
    },
    close: () => file.close(),
  };
}

/** Samples that the header counts and that the file had when the header was read. */
async function readThere(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = await readRange(file, position, length);
  if (bytes.length < length) throw invalid('it became shorter while it was read');
  return bytes;
}

function invalid(reason: string): LecternError {
  return new LecternError('INVALID_AUDIO_FILE', `Not a WAV that can be read: ${reason}`);
}
