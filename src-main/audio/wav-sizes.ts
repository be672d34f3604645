/** In a size of 32 bits: it is in `ds64`, or not known yet. */
const SIZE_ELSEWHERE = 0xffff_ffff;
/** Bytes of content of a `ds64` chunk with no table (EBU Tech 3306). */
export const DS64_CONTENT_BYTES = 28;

const RIFF_SIZE_OFFSET = 4;
/** Where the first chunk begins. */
const FIRST_CHUNK_OFFSET = 12;

/**
 * A WAV header, from `RIFF` to the size of its `data` chunk, with its sizes written in.
 * @param template the header, whose last four bytes are the size of the audio; it is not written to.
 * @param dataBytes of audio; with all the rest, less than 4 GiB.
 * @param trailingBytes of chunks behind the audio.
 */
export function sizedWavHeader(
  template: Uint8Array,
  dataBytes: number,
  trailingBytes: number,
): Uint8Array<ArrayBuffer> {
  return withSizes(template, template.byteLength - 8 + dataBytes + trailingBytes, dataBytes);
}

/**
 * The same for any size: the header becomes RF64, and its first chunk `ds64`.
 * @param template with a first chunk of DS64_CONTENT_BYTES.
 * @param frameBytes of one sample of every channel.
 */
export function sizedRf64Header(
  template: Uint8Array,
  dataBytes: number,
  trailingBytes: number,
  frameBytes: number,
): Uint8Array<ArrayBuffer> {
  const header = withSizes(template, SIZE_ELSEWHERE, SIZE_ELSEWHERE);
  header.set(ascii('RF64'), 0);
  header.set(ascii('ds64'), FIRST_CHUNK_OFFSET);
  const riffBytes = header.byteLength - 8 + dataBytes + trailingBytes;
  header.set(ds64Content(riffBytes, dataBytes, frameBytes), FIRST_CHUNK_OFFSET + 8);
  return header;
}

/** The content of a `ds64` chunk: bytes of the file behind its first 8, bytes of audio, and whole frames. */
export function ds64Content(
  riffBytes: number,
  dataBytes: number,
  frameBytes: number,
): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(DS64_CONTENT_BYTES);
  const view = new DataView(content.buffer);
  view.setBigUint64(0, BigInt(riffBytes), true);
  view.setBigUint64(8, BigInt(dataBytes), true);
  view.setBigUint64(16, BigInt(Math.floor(dataBytes / frameBytes)), true);
  return content;
}

function withSizes(template: Uint8Array, riffBytes: number, dataBytes: number): Uint8Array<ArrayBuffer> {
  const header = Uint8Array.from(template);
  const view = new DataView(header.buffer);
  view.setUint32(RIFF_SIZE_OFFSET, riffBytes, true);
  view.setUint32(header.byteLength - 4, dataBytes, true);
  return header;
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
