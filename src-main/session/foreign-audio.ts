import type { AudioFormat, Encoding } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { findAgain, follow, STREAM_START, type StreamPlace } from './follow-foreign.ts';
import { FOREIGN_FORMATS, WAVE, WAVE64, type ForeignFormat } from './foreign-formats.ts';
import { readJsonFrame } from './json-frame.ts';
import { isSameWave } from './wave-header.ts';

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
/** Formats that are a header and then samples as a session may want them. */
const HEADED_SAMPLES: ReadonlySet<ForeignFormat> = new Set([WAVE, WAVE64]);

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
    if (
      place === undefined ||
      (HEADED_SAMPLES.has(format) && wanted !== undefined && isSameWave(bytes, wanted))
    )
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
  const advice = [...HEADED_SAMPLES].some((format) => format.name === name)
    ? 'Send what follows the header, without it'
    : name === JSON_NAME
      ? 'Send messages as frames of their own'
      : 'Decode it and send its samples, as from an AudioWorklet, or add the file to the library';
  return `Unsupported audio: expected ${samples}, got ${name}. It is not recorded. ${advice}`;
}
