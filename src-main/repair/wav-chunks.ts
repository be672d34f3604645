import { parseFrom } from '../audio/bytes-parser.ts';
import { CHUNK_HEAD_BYTES, parseChunkHead, readId, type RiffChunk } from '../audio/riff.ts';
import { isRefusal, parseWavChunks, type WavChunks } from '../audio/wav-chunks.ts';
import { chunkAfterAny, isWholeChunk, LENIENT, MAX_CHUNKS } from '../audio/wav-lenient.ts';
import type { ByteSource } from './byte-source.ts';

/** How far from the end of the file chunks behind the audio are looked for. */
const SEARCH_BYTES = 64 * 1024;

/** The chunks of a WAV as far as they can be followed, with nothing believed that the file cannot hold. */
export async function readWavChunks(source: ByteSource): Promise<WavChunks | undefined> {
  const wav = await parseFrom(parseWavChunks(source.size, LENIENT), source.read);
  return isRefusal(wav) ? undefined : wav;
}

/** Chunks that follow one another from `start`, and where the last whole one ends. */
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
 * Where chunks begin that end exactly with the file; undefined where there are none. Audio would have to spell one
 * of their names, followed by the one length that fits.
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
