import type { FileHandle } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
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
/** A header is in the first chunks; zeros, which look like empty ones, are not followed for gigabytes. */
const MAX_CHUNKS = 64;

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
  const riff = await readView(file, 0, 12);
  const form = fourCc(riff, 0);
  if ((form !== 'RIFF' && form !== 'RF64') || fourCc(riff, 8) !== 'WAVE')
    throw invalid('it does not begin as WAV');
  let shape: PcmShape | undefined;
  let longDataBytes: number | undefined;
  let position = 12;
  for (let count = 0; count < MAX_CHUNKS && position + 8 <= fileBytes; count++) {
    const chunk = await readView(file, position, 8);
    const name = fourCc(chunk, 0);
    const chunkBytes = chunk.getUint32(4, true);
    if (name === 'ds64') {
      // EBU Tech 3306: RIFF size, then data size, as 64-bit numbers.
      longDataBytes = Number((await readView(file, position + 8, 16)).getBigUint64(8, true));
    } else if (name === 'fmt ') {
      shape = readShape(await readView(file, position + 8, 16));
    } else if (name === 'data') {
      if (shape === undefined) throw invalid('its samples come before their format');
      const dataOffset = position + 8;
      const declared = chunkBytes === 0xffff_ffff && longDataBytes !== undefined ? longDataBytes : chunkBytes;
      const frameBytes = shape.channels * 2;
      const frames = Math.floor(Math.min(declared, fileBytes - dataOffset) / frameBytes);
      return { ...shape, frames, dataOffset, dataBytes: frames * frameBytes };
    }
    position += 8 + chunkBytes + (chunkBytes % 2);
  }
  throw invalid('it holds no samples');
}

function readShape(view: DataView): PcmShape {
  const tag = view.getUint16(0, true);
  const channels = view.getUint16(2, true);
  const bits = view.getUint16(14, true);
  const isPcm = tag === 1 || tag === 0xfffe;
  if (!isPcm || bits !== 16 || channels < 1 || channels > 2) {
    throw invalid(
      `expected 16-bit PCM of 1 or 2 channels, found format ${tag}, ${bits} bits, ${channels} channels`,
    );
  }
  return { channels, sampleRate: view.getUint32(4, true) };
}

async function readView(file: FileHandle, position: number, length: number): Promise<DataView> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) throw invalid('its header is cut short');
  return new DataView(bytes.buffer);
}

function fourCc(view: DataView, offset: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((index) => view.getUint8(offset + index)));
}

function invalid(what: string): LecternError {
  return new LecternError('INVALID_AUDIO_FILE', `The master is not a WAV that can be encoded: ${what}`);
}
