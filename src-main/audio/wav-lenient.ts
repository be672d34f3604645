import type { BytesParser } from './bytes-parser.ts';
import { CHUNK_HEAD_BYTES, chunkEnd, parseChunkHead, readId, type RiffChunk } from './riff.ts';
import type { WavMode } from './wav-chunks.ts';

/** Most chunks that are followed one after another. */
export const MAX_CHUNKS = 256;
/** How far a data chunk is looked for where the chunks before it cannot be followed. */
const SEARCH_BYTES = 64 * 1024;

/**
 * Finds the remains of a damaged WAV: chunks without their padding byte, and samples behind chunks that cannot be
 * followed. Only repair uses it, and checks its result with other readers. Recovery of recordings never reads like
 * this.
 */
export const LENIENT: WavMode = {
  forms: ['RIFF', 'RF64', 'BW64'],
  maxChunks: MAX_CHUNKS,
  isChunk: isWholeChunk,
  chunkAfter: chunkAfterAny,
  *lostData(position) {
    const area = yield { offset: position, length: SEARCH_BYTES };
    for (let at = 0; at + CHUNK_HEAD_BYTES <= area.byteLength; at++) {
      if (readId(area, at) !== 'data') continue;
      const { offset, length } = parseChunkHead(area.subarray(at), position + at);
      return { offset, declared: length };
    }
    return undefined;
  },
};

/** Whether a chunk has a possible name and ends within the file. */
export function isWholeChunk({ id, offset, length }: RiffChunk, fileBytes: number): boolean {
  return isChunkId(id) && offset + length <= fileBytes;
}

/** Where the next chunk begins: behind the padding byte of an odd one, unless its writer left that out. */
export function* chunkAfterAny(chunk: RiffChunk): BytesParser<number> {
  const end = chunk.offset + chunk.length;
  if (chunk.length % 2 === 0) return end;
  const next = yield { offset: end, length: 5 };
  return isChunkId(readId(next, 0)) && !isChunkId(readId(next, 1)) ? end : chunkEnd(chunk);
}

function isChunkId(id: string): boolean {
  return /^[\x20-\x7e]{4}$/.test(id) && /[A-Za-z]/.test(id);
}
