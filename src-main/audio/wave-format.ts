import { viewOf } from './riff.ts';

/** The content of a `fmt ` chunk, field by field as it stands there (WAVEFORMATEX). */
export interface WaveFormat {
  /** 1 PCM, 3 float, 6 A-law, 7 mu-law; that of an extensible format is looked up. */
  readonly tag: number;
  readonly channels: number;
  /** Frames a second. */
  readonly sampleRate: number;
  /** Bytes a second. */
  readonly byteRate: number;
  /** Bytes of a frame, or of a block of compressed samples. */
  readonly blockBytes: number;
  readonly bitsPerSample: number;
}

/** The shortest content that a `fmt ` chunk may have, in bytes. */
export const FORMAT_BYTES = 16;
/** The longest that says anything more: WAVEFORMATEXTENSIBLE. */
export const LONGEST_FORMAT_BYTES = 40;
/** WAVEFORMATEXTENSIBLE: the real tag begins its GUID, behind 24 bytes. */
export const EXTENSIBLE_TAG = 0xfffe;
const SUB_FORMAT_OFFSET = 24;

/** Reads the content of a `fmt ` chunk. @param content FORMAT_BYTES or more; throws a RangeError for less. */
export function parseWaveFormat(content: Uint8Array): WaveFormat {
  const view = viewOf(content);
  const tag = view.getUint16(0, true);
  const isLookedUp = tag === EXTENSIBLE_TAG && content.byteLength >= SUB_FORMAT_OFFSET + 2;
  return {
    tag: isLookedUp ? view.getUint16(SUB_FORMAT_OFFSET, true) : tag,
    channels: view.getUint16(2, true),
    sampleRate: view.getUint32(4, true),
    byteRate: view.getUint32(8, true),
    blockBytes: view.getUint16(12, true),
    bitsPerSample: view.getUint16(14, true),
  };
}

/** The content of a `fmt ` chunk for signed 16-bit PCM: FORMAT_BYTES of it. */
export function pcm16Format(sampleRate: number, channels: number): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(FORMAT_BYTES);
  const blockBytes = 2 * channels;
  setFields(content, { channels, sampleRate, byteRate: sampleRate * blockBytes, blockBytes });
  const view = viewOf(content);
  view.setUint16(0, 1, true);
  view.setUint16(14, 16, true);
  return content;
}

/** The same content with these fields in it; its tag and what stands behind them are kept. */
export function patchWaveFormat(content: Uint8Array, format: WaveFormat): Uint8Array<ArrayBuffer> {
  const patched = Uint8Array.from(content);
  setFields(patched, format);
  return patched;
}

function setFields(content: Uint8Array, fields: Omit<WaveFormat, 'tag' | 'bitsPerSample'>): void {
  const view = viewOf(content);
  view.setUint16(2, fields.channels, true);
  view.setUint32(4, fields.sampleRate, true);
  view.setUint32(8, fields.byteRate, true);
  view.setUint16(12, fields.blockBytes, true);
}
