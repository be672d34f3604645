import type { Encoding } from '../contract/audio-format.ts';
import type { BytesParser } from './bytes-parser.ts';
import { chunkEnd } from './riff.ts';
import { CUT_SHORT, isRefusal, parseWavChunks, type WavMode, type WavRefusal } from './wav-chunks.ts';
import { FORMAT_BYTES, LONGEST_FORMAT_BYTES, parseWaveFormat, type WaveFormat } from './wave-format.ts';

/** What a WAV's header says, and where its samples really are. */
export interface WavLayout {
  /** WAVE format tag: 1 PCM, 3 float, 7 mu-law; that of an extensible header is looked up. */
  readonly formatTag: number;
  readonly bitsPerSample: number;
  readonly channels: number;
  /** Frames a second. */
  readonly sampleRate: number;
  readonly dataOffset: number;
  /** Bytes of samples that the header declares. */
  readonly declaredDataBytes: number;
  /** Bytes of samples that the file has, in whole frames. */
  readonly dataBytes: number;
}

/** Trusts the file: chunks are where their sizes say, and samples are where `data` says. Anything else is not a WAV. */
export const STRICT: WavMode = {
  forms: ['RIFF', 'RF64'],
  // A real WAV has few chunks before its samples. A file with more is not one.
  maxChunks: 64,
  isChunk: () => true,
  *chunkAfter(chunk) {
    return chunkEnd(chunk);
  },
  *lostData() {
    return undefined;
  },
};

/**
 * Reads a WAV's header, strictly.
 * @param fileBytes of the whole file.
 * A file that is cut off within its samples is read up to its end. A file with a faulty header is refused.
 */
export function* parseWavLayout(fileBytes: number): BytesParser<WavLayout | WavRefusal> {
  const wav = yield* parseWavChunks(fileBytes, STRICT);
  if (isRefusal(wav)) return wav;
  const { data, formats, before } = wav;
  if (before.some(({ id }) => id === 'fmt ')) return { refusal: 'its format chunk is too short' };
  let format: WaveFormat | undefined;
  for (const { offset, length } of formats) {
    const content = yield { offset, length: Math.min(length, LONGEST_FORMAT_BYTES) };
    if (content.byteLength < FORMAT_BYTES) return CUT_SHORT;
    format = parseWaveFormat(content);
    const { channels, bitsPerSample } = format;
    if (channels === 0 || bitsPerSample === 0 || bitsPerSample % 8 !== 0)
      return { refusal: `its format is ${channels} channels of ${bitsPerSample} bits` };
  }
  if (data === undefined) return { refusal: 'it has no data chunk' };
  if (format === undefined) return { refusal: 'its samples come before their format' };
  const { tag: formatTag, channels, sampleRate, bitsPerSample } = format;
  const available = Math.min(data.declared, fileBytes - data.offset);
  const dataBytes = available - (available % ((channels * bitsPerSample) / 8));
  return {
    ...{ formatTag, channels, sampleRate, bitsPerSample },
    ...{ dataOffset: data.offset, declaredDataBytes: data.declared, dataBytes },
  };
}

/** The wire encoding of a WAV's samples, or undefined where it has none. */
export function wireEncodingOf({ formatTag, bitsPerSample }: WavLayout): Encoding | undefined {
  if (formatTag === 1 && bitsPerSample === 16) return 'pcm_s16le';
  if (formatTag === 3 && bitsPerSample === 32) return 'pcm_f32le';
  if (formatTag === 7 && bitsPerSample === 8) return 'mulaw';
  return undefined;
}
