import { UNKNOWN_SIZE } from '../audio/riff.ts';
import type { ByteSource } from './byte-source.ts';

export interface WavChunk {
  readonly id: string;
  /** Of its content. */
  readonly offset: number;
  readonly length: number;
}

/** The chunks of a WAV as far as they can be followed, with nothing believed that the file cannot hold. */
export interface WavChunks {
  readonly magic: 'RIFF' | 'RF64' | 'BW64';
  /** What the header claims beyond its first 8 bytes; from `ds64` where that counts. */
  readonly declaredRiffBytes: number;
  readonly before: readonly WavChunk[];
  readonly format: WavChunk | undefined;
  readonly data: { readonly offset: number; readonly declared: number } | undefined;
  /** The chunk of an odd number of bytes that the next one follows with no padding byte between. */
  readonly unpadded: string | undefined;
}

const MAX_CHUNKS = 256;
/** How far a data chunk is looked for where the chunks before it cannot be followed. */
const SEARCH_BYTES = 64 * 1024;

export async function readWavChunks(source: ByteSource): Promise<WavChunks | undefined> {
  const head = await source.read(0, 12);
  const magic = head.toString('latin1', 0, 4);
  if (head.length < 12 || head.toString('latin1', 8, 12) !== 'WAVE') return undefined;
  if (magic !== 'RIFF' && magic !== 'RF64' && magic !== 'BW64') return undefined;

  const before: WavChunk[] = [];
  let format: WavChunk | undefined;
  let sizes64: { readonly riff: number; readonly data: number } | undefined;
  const found = (data: WavChunks['data']): WavChunks => {
    const riff = head.readUInt32LE(4);
    const declaredRiffBytes = riff === UNKNOWN_SIZE ? (sizes64?.riff ?? riff) : riff;
    return { magic, declaredRiffBytes, before, format, data, unpadded };
  };

  let position = 12;
  let unpadded: string | undefined;
  for (let count = 0; count < MAX_CHUNKS && position + 8 <= source.size; count++) {
    const chunkHead = await source.read(position, 8);
    const id = chunkHead.toString('latin1', 0, 4);
    const length = chunkHead.readUInt32LE(4);
    const offset = position + 8;
    if (id === 'data') {
      const declared = length === UNKNOWN_SIZE && sizes64 !== undefined ? sizes64.data : length;
      return found({ offset, declared });
    }
    if (!isChunkId(id) || offset + length > source.size) break;
    const chunk = { id, offset, length };
    if (id === 'ds64' && length >= 28) {
      const content = await source.read(offset, 16);
      sizes64 = { riff: Number(content.readBigUInt64LE(0)), data: Number(content.readBigUInt64LE(8)) };
    }
    if (id === 'fmt ' && length >= 16) format = chunk;
    else before.push(chunk);
    position = await chunkAfter(source, chunk);
    if (position < offset + length + (length % 2)) unpadded = id;
  }
  const area = await source.read(position, SEARCH_BYTES);
  const at = format === undefined ? -1 : area.indexOf('data', 0, 'latin1');
  if (at < 0 || at + 8 > area.length) return found(undefined);
  return found({ offset: position + at + 8, declared: area.readUInt32LE(at + 4) });
}

/** Where the next chunk begins: behind the padding byte of an odd one, unless its writer left that out. */
async function chunkAfter(source: ByteSource, { offset, length }: WavChunk): Promise<number> {
  const end = offset + length;
  if (length % 2 === 0) return end;
  const next = (await source.read(end, 5)).toString('latin1');
  return isChunkId(next.slice(0, 4)) && !isChunkId(next.slice(1, 5)) ? end : end + 1;
}

/** Chunks that follow one another from `start`, and where the last whole one ends. */
export async function followChunks(
  source: ByteSource,
  start: number,
): Promise<{ readonly chunks: readonly WavChunk[]; readonly end: number }> {
  const chunks: WavChunk[] = [];
  let position = start;
  while (chunks.length < MAX_CHUNKS && position + 8 <= source.size) {
    const head = await source.read(position, 8);
    const id = head.toString('latin1', 0, 4);
    const length = head.readUInt32LE(4);
    if (!isChunkId(id) || position + 8 + length > source.size) break;
    const chunk = { id, offset: position + 8, length };
    chunks.push(chunk);
    position = Math.min(source.size, await chunkAfter(source, chunk));
  }
  return { chunks, end: position };
}

/** Chunks that writers put behind the audio. */
const TRAILERS = new Set([
  'LIST',
  'cue ',
  'id3 ',
  'ID3 ',
  'bext',
  'iXML',
  'smpl',
  'inst',
  '_PMX',
  'fact',
  'PEAK',
]);

/**
 * Where chunks begin that end exactly with the file; undefined where there are none. Audio would have to spell one
 * of their names, followed by the one length that fits.
 */
export async function findTrailingChunks(source: ByteSource, from: number): Promise<number | undefined> {
  const start = Math.max(from, source.size - SEARCH_BYTES);
  const area = await source.read(start, source.size - start);
  for (let at = 0; at + 8 <= area.length; at++) {
    if (!TRAILERS.has(area.toString('latin1', at, at + 4))) continue;
    const { end } = await followChunks(source, start + at);
    if (end === source.size) return start + at;
  }
  return undefined;
}

function isChunkId(id: string): boolean {
  return /^[\x20-\x7e]{4}$/.test(id) && /[A-Za-z]/.test(id);
}
