import type { AudioFormat, Encoding } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { hasText, viewOf } from './byte-reading.ts';
import { findAgain, follow, STREAM_START, type StreamPlace } from './follow-foreign.ts';
import { FOREIGN_FORMATS, WAVE, type ForeignFormat } from './foreign-formats.ts';
import { readJsonFrame } from './json-frame.ts';

/** Bytes that are no samples, and what to say of them. */
export interface ForeignBytes {
  readonly error: LecternError;
  /** True the first time that such bytes come in a take; what follows is the same again. */
  readonly isNews: boolean;
}

/**
 * Tells samples from what looks like audio and would become noise: files and streams of other formats, known by how they
 * begin, and then by their own structure for as long as they go on in later chunks.
 */
export interface ForeignAudio {
  /**
   * What the bytes of a chunk are, where they are no samples.
   * @param stream by which way they came: what began on one goes on there
   * @param wanted the session's own format; undefined where it has not started
   */
  examine(stream: string, bytes: Uint8Array, wanted: AudioFormat | undefined): ForeignBytes | undefined;
  /** A new take: everything is told again. */
  restart(): void;
}

const JSON_NAME = 'a JSON message';

export function createForeignAudio(): ForeignAudio {
  const streams = new Map<string, { readonly format: ForeignFormat; readonly place: StreamPlace }>();
  const told = new Set<string>();

  const refuse = (name: string, wanted: AudioFormat | undefined): ForeignBytes | undefined => {
    // Before a start nothing is recorded, and that is the answer.
    if (wanted === undefined) return undefined;
    const isNews = !told.has(name);
    told.add(name);
    return { error: new LecternError('UNSUPPORTED_AUDIO', wordsFor(name, wanted)), isNews };
  };

  /** The format that the chunk begins, goes on with, or takes up again. */
  const formatOf = (
    stream: string,
    bytes: Uint8Array,
    wanted: AudioFormat | undefined,
  ): ForeignFormat | undefined => {
    const begun = FOREIGN_FORMATS.find(({ begins }) => begins(bytes));
    const current = begun === undefined ? streams.get(stream) : { format: begun, place: STREAM_START };
    if (current === undefined) return undefined;
    const { format } = current;
    const place =
      follow(current.place, bytes, format.unitLength) ??
      (begun === undefined ? findAgain(bytes, format.unitLength, format.surePieces) : STREAM_START);
    // After a header of the session's own format come the session's own samples.
    if (place === undefined || (format === WAVE && wanted !== undefined && isSame(bytes, wanted)))
      streams.delete(stream);
    else streams.set(stream, { format, place });
    return place === undefined ? undefined : format;
  };

  return {
    examine(stream, bytes, wanted) {
      const format = formatOf(stream, bytes, wanted);
      if (format !== undefined) return refuse(format.name, wanted);
      return readJsonFrame(bytes) === undefined ? undefined : refuse(JSON_NAME, wanted);
    },
    restart() {
      told.clear();
      for (const [stream, { place }] of streams) if (place.remaining === Infinity) streams.delete(stream);
    },
  };
}

const ENCODING_WORDS: Record<Encoding, string> = {
  pcm_s16le: '16-bit little-endian PCM',
  mulaw: '8-bit mu-law',
  pcm_f32le: '32-bit little-endian float PCM',
};

function wordsFor(name: string, { encoding, sampleRate, channels }: AudioFormat): string {
  const samples = `raw samples (${ENCODING_WORDS[encoding]}, ${sampleRate} Hz, ${channels === 1 ? 'mono' : 'stereo'})`;
  const advice =
    name === WAVE.name
      ? 'Send what follows the header, without it'
      : name === JSON_NAME
        ? 'Send messages as frames of their own'
        : 'Decode it and send its samples, as from an AudioWorklet, or add the file to the library';
  return `Unsupported audio: expected ${samples}, got ${name}. It is not recorded. ${advice}`;
}

/** Format tags of WAVE's `fmt ` chunk. */
const WAVE_TAGS: Record<Encoding, number> = { pcm_s16le: 1, pcm_f32le: 3, mulaw: 7 };
const WAVE_BITS: Record<Encoding, number> = { pcm_s16le: 16, pcm_f32le: 32, mulaw: 8 };
const WAVE_EXTENSIBLE = 0xfffe;

/** True where a WAV header describes this format, or nothing that could be read. */
function isSame(bytes: Uint8Array, { encoding, sampleRate, channels }: AudioFormat): boolean {
  if (!hasText(bytes, 0, 'RIFF')) return false;
  let at = 12;
  while (at + 8 <= bytes.length && !hasText(bytes, at, 'fmt ')) {
    const size = viewOf(bytes).getUint32(at + 4, true);
    at += 8 + size + (size % 2);
  }
  if (at + 24 > bytes.length) return true;
  const view = viewOf(bytes);
  const tag = view.getUint16(at + 8, true);
  return (
    (tag === WAVE_TAGS[encoding] || tag === WAVE_EXTENSIBLE) &&
    view.getUint16(at + 10, true) === channels &&
    view.getUint32(at + 12, true) === sampleRate &&
    view.getUint16(at + 22, true) === WAVE_BITS[encoding]
  );
}
