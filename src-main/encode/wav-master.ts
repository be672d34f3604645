import type { FileHandle } from 'node:fs/promises';
import { parseFrom } from '../audio/bytes-parser.ts';
import { isRefusal } from '../audio/wav-chunks.ts';
import { parseWavLayout } from '../audio/wav-layout.ts';
import { EXTENSIBLE_TAG } from '../audio/wave-format.ts';
import { LecternError } from '../contract/errors.ts';
import { readRange } from '../disk/read-fully.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import type { PcmShape } from './encoder.ts';

/** A 16-bit PCM WAV, read in pieces. */
export interface WavMaster extends PcmShape {
  readonly frames: number;
  /** Where the samples begin, in bytes, and how many bytes there are. */
  readonly dataOffset: number;
  readonly dataBytes: number;
  readonly fileBytes: number;
  /** Whole frames, in order, in buffers the caller may keep. */
  read(): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** Bytes outside the samples, such as the header and the chunks behind them. */
  readRange(from: number, to: number): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

const READ_BYTES = 192 * 1024;

/** Rejects with FILE_MISSING, with FILE_NOT_REGULAR, or with INVALID_AUDIO_FILE where it is not a 16-bit PCM WAV. */
export async function openWavMaster(path: string): Promise<WavMaster> {
  const file = await openRegularFile(path).catch((cause: unknown) => {
    if (cause instanceof LecternError) throw cause;
    throw new LecternError('FILE_MISSING', 'The master WAV is missing or cannot be read', { cause });
  });
  try {
    const { size: fileBytes } = await file.stat();
    const header = await readHeader(file, fileBytes);
    const readRange = async function* (from: number, to: number) {
      for (let position = from; position < to;) {
        const buffer = new Uint8Array(Math.min(READ_BYTES, to - position));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
        if (bytesRead !== buffer.length) throw invalid('it ended while it was read');
        yield buffer;
        position += bytesRead;
      }
    };
    return {
      ...header,
      fileBytes,
      readRange,
      // READ_BYTES is a multiple of every frame size, so pieces never split a frame.
      read: () => readRange(header.dataOffset, header.dataOffset + header.dataBytes),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readHeader(file: FileHandle, fileBytes: number) {
  const layout = await parseFrom(parseWavLayout(fileBytes), (offset, length) =>
    readRange(file, offset, length),
  );
  if (isRefusal(layout)) throw invalid(layout.refusal);
  const { formatTag, bitsPerSample, channels, sampleRate, dataOffset, dataBytes } = layout;
  // An extensible format that is too short to say of what it is one is taken for PCM.
  const isPcm = formatTag === 1 || formatTag === EXTENSIBLE_TAG;
  if (!isPcm || bitsPerSample !== 16 || channels > 2)
    throw invalid(
      `expected 16-bit PCM of 1 or 2 channels, found format ${formatTag}, ${bitsPerSample} bits, ${channels} channels`,
    );
  return { channels, sampleRate, frames: dataBytes / (2 * channels), dataOffset, dataBytes };
}

function invalid(what: string): LecternError {
  return new LecternError('INVALID_AUDIO_FILE', `The master is not a WAV that can be encoded: ${what}`);
}
