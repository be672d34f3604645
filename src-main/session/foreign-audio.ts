import type { AudioFormat, Encoding } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { findAgain, follow, STREAM_START, type StreamPlace } from './follow-foreign.ts';
import { FOREIGN_FORMATS, WAVE, WAVE64, type ForeignFormat } from './foreign-formats.ts';
import { readJsonFrame } from './json-frame.ts';
import { isSameWave } from './wave-header.ts';

/** Bytes that are not samples, and the message about them. */
export interface ForeignBytes {
  readonly error: LecternError;
  /** True for the first such bytes of a take; later ones are not reported again. */
  readonly isNews: boolean;
}

/**
 * Detects files and streams of other formats, which would become noise if taken for samples: by their beginning, and in
 * later chunks by their structure.
 */
export interface ForeignAudio {
  /**
   * Identifies bytes that are not samples.
   * @param stream by which way they came; a stream continues on the same way
   * @param wanted the session's own format; undefined where it has not started
   */
  examine(stream: string, bytes: Uint8Array, wanted: AudioFormat | undefined): ForeignBytes | undefined;
  /** A new take: everything is reported again. */
  restart(): void;
}

const JSON_NAME = 'a JSON message';
/** Formats that are a header and then samples as a session may want them. */
const HEADED_SAMPLES: ReadonlySet<ForeignFormat> = new Set([WAVE, WAVE64]);

export function createForeignAudio(): ForeignAudio {
  const streams = new Map<string, { readonly format: ForeignFormat; readonly place: StreamPlace }>();
  const reported = new Set<string>();

  const refuse = (name: string, wanted: AudioFormat | undefined): ForeignBytes | undefined => {
    // Before a start nothing is recorded; the client gets that answer instead.
    if (wanted === undefined) return undefined;
    const isNews = !reported.has(name);
    reported.add(name);
    return { error: new LecternError('UNSUPPORTED_AUDIO', wordsFor(name, wanted)), isNews };
  };

  /** The format that the chunk begins or continues, or in which it resumes after a loss. */
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
    // A header of the session's own format is followed by the session's own samples.
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
      reported.clear();
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
