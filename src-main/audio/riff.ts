/** A chunk of a RIFF file: four letters, a size, and so many bytes of content. */
export interface RiffChunk {
  readonly id: string;
  /** Of its content in the file, in bytes. */
  readonly offset: number;
  /** Of its content, in bytes. */
  readonly length: number;
}

/** Bytes of a chunk before its content: its id and its size. */
export const CHUNK_HEAD_BYTES = 8;
/** Bytes before the first chunk: `RIFF`, the size of the rest, and what kind of file it is. */
export const FILE_HEAD_BYTES = 12;
/** A size of 32 bits that says "look in ds64" (EBU Tech 3306), or "not known yet". */
export const UNKNOWN_SIZE = 0xffff_ffff;

/**
 * The chunk whose head this is.
 * @param head eight bytes or more.
 * @param position of the head in the file, in bytes.
 */
export function parseChunkHead(head: Uint8Array, position: number): RiffChunk {
  return {
    id: readId(head, 0),
    offset: position + CHUNK_HEAD_BYTES,
    length: viewOf(head).getUint32(4, true),
  };
}

/** Where the next chunk begins: an odd number of bytes is followed by one that fills it up. */
export function chunkEnd({ offset, length }: RiffChunk): number {
  return offset + length + (length % 2);
}

/** The head of a chunk with so many bytes of content. */
export function chunkHead(id: string, length: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(CHUNK_HEAD_BYTES);
  writeId(head, 0, id);
  viewOf(head).setUint32(4, length, true);
  return head;
}

/** The head of a WAV. @param riffBytes of the file behind its first eight. */
export function wavHead(form: 'RIFF' | 'RF64', riffBytes: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(FILE_HEAD_BYTES);
  head.set(chunkHead(form, riffBytes));
  writeId(head, CHUNK_HEAD_BYTES, 'WAVE');
  return head;
}

/** The four letters at `at`, a character a byte; fewer where the bytes end. */
export function readId(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** These bytes, one after another. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

function writeId(bytes: Uint8Array, at: number, id: string): void {
  for (let index = 0; index < 4; index++) bytes[at + index] = id.charCodeAt(index);
}
