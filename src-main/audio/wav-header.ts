import {
  CHUNK_HEAD_BYTES,
  chunkHead,
  FILE_HEAD_BYTES,
  joined,
  UNKNOWN_SIZE,
  viewOf,
  wavHead,
} from './riff.ts';
import { FORMAT_BYTES, pcm16Format } from './wave-format.ts';

/** Bytes of content of a `ds64` chunk with no table (EBU Tech 3306). */
export const DS64_CONTENT_BYTES = 28;
/** Bytes of the header that every reader knows: the head of the file, `fmt ` of PCM, the head of `data`. */
export const PLAIN_HEADER_BYTES = FILE_HEAD_BYTES + CHUNK_HEAD_BYTES + FORMAT_BYTES + CHUNK_HEAD_BYTES;
/** Bytes of a header with room to become RF64 in place. */
export const ROOMY_HEADER_BYTES = PLAIN_HEADER_BYTES + CHUNK_HEAD_BYTES + DS64_CONTENT_BYTES;
/** The most audio under a plain header, with room to spare for cue points. */
export const MAX_PLAIN_AUDIO_BYTES = 0xf000_0000;
/** Data bytes beyond which 32-bit sizes wrap, with room for the header and trailing chunks. */
const RIFF_MAX_DATA_BYTES = 0xffff_ffff - 1024 * 1024;

export interface WavHeader {
  /** Bytes before the samples. */
  readonly byteLength: number;
  /** The whole header for a file with this many bytes of audio, and this many after it (cue points). */
  forSizes(dataBytes: number, trailingBytes: number): Uint8Array<ArrayBuffer>;
}

export interface WavHeaderOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: number;
  /**
   * Leaves room to become RF64 in place when the file grows past 4 GiB. Without it the header is the plain 44 bytes
   * that every reader knows, and the caller keeps the file smaller.
   */
  readonly mayExceed4GiB: boolean;
}

/** The header of a WAV of signed 16-bit little-endian PCM whose length is not yet known. */
export function createWavHeader({ sampleRate, channels, mayExceed4GiB }: WavHeaderOptions): WavHeader {
  const format = [chunkHead('fmt ', FORMAT_BYTES), pcm16Format(sampleRate, channels)];
  const room = [chunkHead('JUNK', DS64_CONTENT_BYTES), new Uint8Array(DS64_CONTENT_BYTES)];
  const byteLength = mayExceed4GiB ? ROOMY_HEADER_BYTES : PLAIN_HEADER_BYTES;
  return {
    byteLength,
    forSizes(dataBytes, trailingBytes) {
      const riffBytes = byteLength - CHUNK_HEAD_BYTES + dataBytes + trailingBytes;
      if (!mayExceed4GiB || dataBytes <= RIFF_MAX_DATA_BYTES)
        return joined([
          wavHead('RIFF', riffBytes),
          ...(mayExceed4GiB ? room : []),
          ...format,
          chunkHead('data', dataBytes),
        ]);
      return joined([
        wavHead('RF64', UNKNOWN_SIZE),
        chunkHead('ds64', DS64_CONTENT_BYTES),
        ds64Content(riffBytes, dataBytes, 2 * channels),
        ...format,
        chunkHead('data', UNKNOWN_SIZE),
      ]);
    },
  };
}

/**
 * The content of a `ds64` chunk (EBU Tech 3306).
 * @param riffBytes of the file behind its first eight.
 * @param frameBytes of one sample of every channel.
 */
export function ds64Content(
  riffBytes: number,
  dataBytes: number,
  frameBytes: number,
): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(DS64_CONTENT_BYTES);
  const view = viewOf(content);
  view.setBigUint64(0, BigInt(riffBytes), true);
  view.setBigUint64(8, BigInt(dataBytes), true);
  view.setBigUint64(16, BigInt(Math.floor(dataBytes / frameBytes)), true);
  return content;
}
