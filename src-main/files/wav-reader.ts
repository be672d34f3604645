import type { FileHandle } from 'node:fs/promises';
import type { AudioFormat, Encoding } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { patiently, readFully } from '../disk/read-fully.ts';
import { systemCode } from './write-error.ts';

/** What a WAV says of itself, and where its samples really are. */
export interface WavLayout {
  /** WAVE format tag: 1 PCM, 3 float, 7 mu-law; that of an extensible header is looked up. */
  readonly formatTag: number;
  readonly bitsPerSample: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly dataOffset: number;
  /** Bytes of samples that the header claims. */
  readonly declaredDataBytes: number;
  /** Bytes of samples that are there. */
  readonly dataBytes: number;
}

const EXTENSIBLE = 0xfffe;
/** A header is in the first chunks; a file with more before its samples is not one we could have meant. */
const MAX_CHUNKS = 64;

/** The layout of the WAV of that name; undefined where it is none. Rejects as the system does where it cannot be read. */
export async function findWavLayout(path: string): Promise<WavLayout | undefined> {
  const file = await patiently(() => openRegularFile(path));
  try {
    return await readWavLayout(file);
  } catch (error) {
    if (error instanceof LecternError) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}

/** Reads a WAV's header. Rejects with INVALID_AUDIO_FILE, naming what was found instead. */
export async function readWavLayout(file: FileHandle): Promise<WavLayout> {
  const { size } = await file.stat();
  const riff = await readAt(file, 0, 12);
  const magic = riff.toString('latin1', 0, 4);
  if ((magic !== 'RIFF' && magic !== 'RF64') || riff.toString('latin1', 8, 12) !== 'WAVE')
    throw invalid('it does not begin with a RIFF WAVE header');
  let format: Pick<WavLayout, 'formatTag' | 'bitsPerSample' | 'channels' | 'sampleRate'> | undefined;
  let dataBytes64: number | undefined;
  let position = 12;
  for (let chunk = 0; chunk < MAX_CHUNKS && position + 8 <= size; chunk++) {
    const head = await readAt(file, position, 8);
    const name = head.toString('latin1', 0, 4);
    const bytes = head.readUInt32LE(4);
    if (name === 'ds64') dataBytes64 = Number((await readAt(file, position + 8, 16)).readBigUInt64LE(8));
    if (name === 'fmt ') format = parseFormat(await readAt(file, position + 8, Math.min(bytes, 40)));
    if (name === 'data') {
      if (format === undefined) throw invalid('its samples come before their format');
      const dataOffset = position + 8;
      const declaredDataBytes = bytes === 0xffff_ffff && dataBytes64 !== undefined ? dataBytes64 : bytes;
      const frame = (format.channels * format.bitsPerSample) / 8;
      const available = Math.min(declaredDataBytes, size - dataOffset);
      return { ...format, dataOffset, declaredDataBytes, dataBytes: available - (available % frame) };
    }
    position += 8 + bytes + (bytes % 2);
  }
  throw invalid('it has no data chunk');
}

/** The wire encoding of a WAV's samples, or undefined where it has none. */
export function wireEncodingOf(layout: WavLayout): Encoding | undefined {
  if (layout.formatTag === 1 && layout.bitsPerSample === 16) return 'pcm_s16le';
  if (layout.formatTag === 3 && layout.bitsPerSample === 32) return 'pcm_f32le';
  if (layout.formatTag === 7 && layout.bitsPerSample === 8) return 'mulaw';
  return undefined;
}

export interface WavSamples extends AudioFormat {
  readonly frames: number;
  /** Whole frames in order, `chunkFrames` at a time. */
  read(chunkFrames: number): AsyncGenerator<Uint8Array>;
  /** So many frames from `startFrame` on; fewer where there are no more. */
  readFrames(startFrame: number, frames: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Opens a WAV whose samples the protocol can carry as they are; undefined for any other audio file. */
export async function openWavSamples(path: string): Promise<WavSamples | undefined> {
  const file = await openRegularFile(path).catch((error: unknown) => {
    if (error instanceof LecternError) throw error;
    throw new LecternError('FILE_MISSING', `${path} cannot be read (${systemCode(error)})`, { cause: error });
  });
  const layout = await readWavLayout(file).catch(async (error: unknown) => {
    if (error instanceof LecternError) return undefined;
    // What cannot be read says nothing of what it is.
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
        yield readAt(file, position, Math.min(chunkFrames * frameBytes, end - position));
    },
    readFrames(startFrame, frames) {
      const position = Math.min(end, layout.dataOffset + startFrame * frameBytes);
      return readAt(file, position, Math.min(frames * frameBytes, end - position));
    },
    close: () => file.close(),
  };
}

function parseFormat(
  bytes: Buffer,
): Pick<WavLayout, 'formatTag' | 'bitsPerSample' | 'channels' | 'sampleRate'> {
  if (bytes.length < 16) throw invalid('its format chunk is too short');
  const tag = bytes.readUInt16LE(0);
  const format = {
    formatTag: tag === EXTENSIBLE && bytes.length >= 26 ? bytes.readUInt16LE(24) : tag,
    channels: bytes.readUInt16LE(2),
    sampleRate: bytes.readUInt32LE(4),
    bitsPerSample: bytes.readUInt16LE(14),
  };
  if (format.channels === 0 || format.bitsPerSample === 0 || format.bitsPerSample % 8 !== 0)
    throw invalid(`its format is ${format.channels} channels of ${format.bitsPerSample} bits`);
  return format;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  if ((await readFully(file, buffer, position)) < length)
    throw invalid('it ends in the middle of its header');
  return buffer;
}

function invalid(reason: string): LecternError {
  return new LecternError('INVALID_AUDIO_FILE', `Not a WAV that can be read: ${reason}`);
}
