import type { BytesParser } from './bytes-parser.ts';
import {
  CHUNK_HEAD_BYTES,
  chunkEnd,
  FILE_HEAD_BYTES,
  parseChunkHead,
  readId,
  UNKNOWN_SIZE,
  viewOf,
  type RiffChunk,
} from './riff.ts';
import { DS64_CONTENT_BYTES } from './wav-header.ts';
import { FORMAT_BYTES } from './wave-format.ts';

/** Where a data chunk begins, and how many bytes it claims; from `ds64` where that counts. */
export interface WavData {
  readonly offset: number;
  readonly declared: number;
}

/** The chunks of a WAV up to its samples. */
export interface WavChunks {
  /** `RIFF` or `RF64`; `BW64` where that is read. */
  readonly form: string;
  /** The size that the header declares beyond its first 8 bytes; from `ds64` where that counts. */
  readonly declaredRiffBytes: number;
  /** The chunks before the samples, without the format. */
  readonly before: readonly RiffChunk[];
  /** There should be one; where there are more, the last one counts. */
  readonly formats: readonly RiffChunk[];
  readonly data: WavData | undefined;
  /** A chunk of an odd number of bytes without a padding byte behind it. */
  readonly unpadded: string | undefined;
}

/** A file that is not read as a WAV, and why, in half a sentence. */
export interface WavRefusal {
  readonly refusal: string;
}

export function isRefusal(read: object): read is WavRefusal {
  return 'refusal' in read;
}

/**
 * How far a WAV's own figures are trusted. There are two modes: STRICT (`wav-layout.ts`) trusts the file or refuses it;
 * LENIENT (`wav-lenient.ts`), only for repair, searches for the remains of a damaged file.
 */
export interface WavMode {
  /** What the file may begin with. */
  readonly forms: readonly string[];
  /** How many chunks are followed at most. Zeros look like empty chunks, and there may be gigabytes of them. */
  readonly maxChunks: number;
  /** Whether these bytes count as the head of a chunk. */
  isChunk(chunk: RiffChunk, fileBytes: number): boolean;
  /** Where the next chunk begins. */
  chunkAfter(chunk: RiffChunk): BytesParser<number>;
  /** Looks for the samples from `position` on, in a file whose chunks end before them. */
  lostData(position: number): BytesParser<WavData | undefined>;
}

export const CUT_SHORT: WavRefusal = { refusal: 'it ends in the middle of its header' };

/**
 * Follows the chunks of a WAV to its samples.
 * @param fileBytes of the whole file.
 * @param mode STRICT or LENIENT.
 * Source: "Multimedia Programming Interface and Data Specifications 1.0", RIFF and WAVE; EBU Tech 3306 for RF64.
 */
export function* parseWavChunks(fileBytes: number, mode: WavMode): BytesParser<WavChunks | WavRefusal> {
  const head = yield { offset: 0, length: FILE_HEAD_BYTES };
  if (head.byteLength < FILE_HEAD_BYTES) return CUT_SHORT;
  const form = readId(head, 0);
  if (!mode.forms.includes(form) || readId(head, 8) !== 'WAVE')
    return { refusal: 'it does not begin with a RIFF WAVE header' };

  const before: RiffChunk[] = [];
  const formats: RiffChunk[] = [];
  let sizes64: { readonly riff: number; readonly data: number } | undefined;
  let unpadded: string | undefined;
  const found = (data: WavData | undefined): WavChunks => {
    const riff = viewOf(head).getUint32(4, true);
    const declaredRiffBytes = riff === UNKNOWN_SIZE ? (sizes64?.riff ?? riff) : riff;
    return { form, declaredRiffBytes, before, formats, data, unpadded };
  };

  let position = FILE_HEAD_BYTES;
  for (let count = 0; count < mode.maxChunks && position + CHUNK_HEAD_BYTES <= fileBytes; count++) {
    const chunkHead = yield { offset: position, length: CHUNK_HEAD_BYTES };
    if (chunkHead.byteLength < CHUNK_HEAD_BYTES) return CUT_SHORT;
    const chunk = parseChunkHead(chunkHead, position);
    const { id, offset, length } = chunk;
    if (id === 'data')
      return found({ offset, declared: length === UNKNOWN_SIZE ? (sizes64?.data ?? length) : length });
    if (!mode.isChunk(chunk, fileBytes)) break;
    if (id === 'ds64' && length >= DS64_CONTENT_BYTES) {
      const sizes = yield { offset, length: 16 };
      if (sizes.byteLength < 16) return CUT_SHORT;
      sizes64 = { riff: uint64(sizes, 0), data: uint64(sizes, 8) };
    }
    (id === 'fmt ' && length >= FORMAT_BYTES ? formats : before).push(chunk);
    position = yield* mode.chunkAfter(chunk);
    if (position < chunkEnd(chunk)) unpadded = id;
  }
  return found(formats.length === 0 ? undefined : yield* mode.lostData(position));
}

function uint64(bytes: Uint8Array, at: number): number {
  return Number(viewOf(bytes).getBigUint64(at, true));
}
