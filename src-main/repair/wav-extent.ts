import { UNKNOWN_SIZE, type RiffChunk } from '../audio/riff.ts';
import type { WaveFormat } from '../audio/wave-format.ts';
import type { ByteSource } from './byte-source.ts';
import type { Fault } from './finding.ts';
import { similarity } from './similarity.ts';
import { findTrailingChunks, followChunks } from './wav-chunks.ts';
import { isZeroBlock } from './zero-block.ts';

/** Where the audio of a WAV really ends, and which chunks follow it. */
export interface WavExtent {
  readonly audioBytes: number;
  readonly trailing: readonly RiffChunk[];
  readonly faults: readonly Fault[];
  /** Why the end is not known. */
  readonly reason?: string;
}

const FOUR_GIB = 2 ** 32;
const TRAILER_MARKS = ['ID3', 'TAG', 'APETAGEX', 'LYRICS'];
/** Fewer frames than this behind the audio are not examined. */
const FEW_FRAMES = 64;

export async function findWavExtent(
  source: ByteSource,
  data: { readonly offset: number; readonly declared: number },
  format: WaveFormat,
): Promise<WavExtent> {
  const available = source.size - data.offset;
  const { declared } = data;
  if (declared === 0 && available > 0) {
    const { end } = await followChunks(source, data.offset);
    if (end === source.size) return behind(source, data.offset, 0, []);
  }
  if (declared > available || (declared === 0 && available > 0)) {
    const unfinished = declared === 0 || declared === UNKNOWN_SIZE || declared > available + FOUR_GIB / 2;
    const counted = declared === UNKNOWN_SIZE ? 'no size' : `${declared} bytes of audio`;
    const fault: Fault = {
      code: unfinished ? 'zero-sizes' : 'oversized',
      message: unfinished
        ? `its header was never finished: it declares ${counted} where ${available} follow`
        : `its header declares ${declared} bytes of audio where only ${available} follow`,
    };
    return toTheEnd(source, data.offset, [fault]);
  }
  const rest = available - declared;
  if (rest === 0 || (rest === 1 && declared % 2 === 1))
    return { audioBytes: declared, trailing: [], faults: [] };
  return judgeRest(source, data, format, rest);
}

async function judgeRest(
  source: ByteSource,
  data: { readonly offset: number; readonly declared: number },
  format: WaveFormat,
  rest: number,
): Promise<WavExtent> {
  const { offset, declared } = data;
  const end = offset + declared;
  for (const pad of declared % 2 === 1 ? [1, 0] : [0]) {
    const { chunks, end: chunksEnd } = await followChunks(source, end + pad);
    if (chunks.length === 0) continue;
    const faults: Fault[] = [];
    if (declared % 2 === 1 && pad === 0)
      faults.push({ code: 'missing-pad', message: 'no padding byte stands behind its odd number of bytes' });
    if (chunksEnd < source.size) faults.push(garbage(source.size - chunksEnd));
    // Audio may look like a chunk's name. Chunks that do not reach the end of the file count only with known names.
    if (chunksEnd === source.size || /^(LIST|cue |id3 |bext|iXML)$/.test(chunks[0]?.id ?? ''))
      return { audioBytes: declared, trailing: chunks, faults };
  }
  const wrapped = declared + Math.floor(rest / FOUR_GIB) * FOUR_GIB;
  if (rest >= FOUR_GIB) {
    const fault: Fault = {
      code: 'wrapped-sizes',
      message: `its header counts ${declared} bytes of audio, having begun again at 4 GiB: ${wrapped} are there`,
    };
    const left = source.size - offset - wrapped;
    if (left <= 1) return { audioBytes: wrapped, trailing: [], faults: [fault] };
    const { end: chunksEnd } = await followChunks(source, offset + wrapped + (wrapped % 2));
    if (chunksEnd === source.size) return behind(source, offset, wrapped, [fault]);
    return toTheEnd(source, offset, [fault]);
  }
  const frameBytes = Math.max(1, format.blockBytes);
  const start = await source.read(end, 8);
  const marked = TRAILER_MARKS.some((mark) => start.toString('latin1').startsWith(mark));
  const compared =
    marked || rest < FEW_FRAMES * frameBytes || (await isZero(source, end))
      ? 'different'
      : await similarity(source, { offset, length: declared }, { offset: end, length: rest }, format);
  if (compared === 'different') return { audioBytes: declared, trailing: [], faults: [garbage(rest)] };
  const message = `its header counts ${declared} bytes of audio, and ${rest} more follow`;
  const fault: Fault = { code: 'undersized', message };
  if (compared === 'similar') return toTheEnd(source, offset, [fault]);
  const reason = 'whether those are audio cannot be told, and players leave them out: nothing is changed';
  return { audioBytes: declared, trailing: [], faults: [fault], reason };
}

/** Audio to the end of the file, without the chunks there. */
async function toTheEnd(source: ByteSource, offset: number, faults: readonly Fault[]): Promise<WavExtent> {
  const chunksAt = (await findTrailingChunks(source, offset)) ?? source.size;
  return behind(source, offset, chunksAt - offset, faults);
}

async function behind(
  source: ByteSource,
  offset: number,
  audioBytes: number,
  faults: readonly Fault[],
): Promise<WavExtent> {
  const { chunks } = await followChunks(source, offset + audioBytes + (audioBytes % 2));
  return { audioBytes, trailing: chunks, faults };
}

function garbage(bytes: number): Fault {
  const what = bytes === 1 ? '1 byte that is' : `${bytes} bytes that are`;
  return { code: 'trailing-garbage', message: `${what} not audio stand behind it` };
}

async function isZero(source: ByteSource, from: number): Promise<boolean> {
  const step = 1024 * 1024;
  for (let at = from; at < source.size; at += step)
    if (!isZeroBlock(await source.read(at, step))) return false;
  return true;
}
