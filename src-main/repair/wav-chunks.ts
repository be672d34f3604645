import { parseFrom } from '../audio/bytes-parser.ts';
import { CHUNK_HEAD_BYTES, parseChunkHead, readId, type RiffChunk } from '../audio/riff.ts';
import { isRefusal, parseWavChunks, type WavChunks } from '../audio/wav-chunks.ts';
import { chunkAfterAny, isWholeChunk, LENIENT, MAX_CHUNKS } from '../audio/wav-lenient.ts';
import type { ByteSource } from './byte-source.ts';

/** Bytes before the end of the file in which chunks behind the audio are searched for. */
const SEARCH_BYTES = 64 * 1024;

/** The chunks of a WAV, as far as they can be followed. A size beyond the file's end is not believed. */
export async function readWavChunks(source: ByteSource): Promise<WavChunks | undefined> {
  const wav = await parseFrom(parseWavChunks(source.size, LENIENT), source.read);
  return isRefusal(wav) ? undefined : wav;
}

/** Consecutive chunks from `start`, and the end of the last whole one. */
export async function followChunks(
  source: ByteSource,
  start: number,
): Promise<{ readonly chunks: readonly RiffChunk[]; readonly end: number }> {
  const chunks: RiffChunk[] = [];
  let position = start;
  while (chunks.length < MAX_CHUNKS && position + CHUNK_HEAD_BYTES <= source.size) {
    const chunk = parseChunkHead(await source.read(position, CHUNK_HEAD_BYTES), position);
    if (!isWholeChunk(chunk, source.size)) break;
    chunks.push(chunk);
    position = Math.min(source.size, await parseFrom(chunkAfterAny(chunk), source.read));
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
 * The offset of chunks that end exactly at the end of the file; undefined where there are none. Audio could match
 * only by chance: one of their names, followed by exactly the right length.
 */
export async function findTrailingChunks(source: ByteSource, from: number): Promise<number | undefined> {
  const start = Math.max(from, source.size - SEARCH_BYTES);
  const area = await source.read(start, source.size - start);
  for (let at = 0; at + CHUNK_HEAD_BYTES <= area.length; at++) {
    if (!TRAILERS.has(readId(area, at))) continue;
    const { end } = await followChunks(source, start + at);
    if (end === source.size) return start + at;
  }
  return undefined;
}
