import { LecternError } from '../../contract/errors.ts';
import { requireRegularFile } from '../../disk/regular-file.ts';
import { createChildProcesses } from './child-processes.ts';
import { describeInput, type InputTrack } from './describe-input.ts';
import type { PcmShape } from '../encoder.ts';
import { fileUrl } from './args.ts';
import { FOREIGN_INPUT } from './foreign-input.ts';
import { runFfmpeg } from './run-ffmpeg.ts';
import { streamPcm } from './stream-pcm.ts';

/** Why an audio track is not the one that is taken. */
export type PassedOver = 'undecodable' | 'silent';

/** The audio track that is taken: the first that decodes and is not silent, else the first that decodes. */
export interface DecodedShape extends PcmShape {
  /** Undefined where nothing tells it without decoding it all. */
  readonly seconds: number | undefined;
  /** Among the audio tracks, from 1, and how many there are. */
  readonly track: number;
  readonly tracks: number;
  readonly passedOver: readonly { readonly track: number; readonly reason: PassedOver }[];
  /** ffmpeg's name of the layout of its channels; undefined where none is declared. */
  readonly layout: string | undefined;
  /** True where its samples may lie above full scale. */
  readonly isFloat: boolean;
  /** True where 16 bits hold its samples as they are. */
  readonly fits16Bits: boolean;
}

export interface DecodeStream {
  readonly path: string;
  readonly shape: DecodedShape;
  readonly encoding: 'pcm_s16le' | 'pcm_f32le';
  readonly sampleRate: number;
  /** Whole frames of all the track's channels; false where that is enough. */
  readonly onFrames: (bytes: Buffer) => Promise<boolean> | boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Reads audio of any kind. Files are hostile: whatever goes wrong with one happens in a process of its own. */
export interface AudioDecoder {
  /** The audio that is taken of a file, or undefined where it holds none that can be read. */
  probe(path: string, signal?: AbortSignal): Promise<DecodedShape | undefined>;
  /** Decodes it from beginning to end; writes nothing. */
  stream(job: DecodeStream): Promise<void>;
  close(): Promise<void>;
}

/** What is said where reading a file needs ffmpeg, and there is none. */
export const NEEDS_FFMPEG =
  'Reading this kind of file needs ffmpeg, and none was found. Install ffmpeg, or set LECTERN_FFMPEG to its path';

const STALL_MS = 30_000;
/** More tracks than any recorder writes; each may have to be listened to. */
const MAX_TRACKS = 32;
/** Of 32768. A track that stays below it is silent: -60 dB. */
const SILENT_PEAK = 33;
/** Decoded to see whether anything can be: a few packets. */
const LOOK_SECONDS = 0.5;
const WAV_HEAD_BYTES = 44;

/** @param ffmpegPath undefined where there is none: then every call rejects with ENCODER_UNAVAILABLE. */
export function createAudioDecoder(ffmpegPath: string | undefined): AudioDecoder {
  const children = createChildProcesses();
  const requireFfmpeg = (): string => {
    if (ffmpegPath === undefined) throw new LecternError('ENCODER_UNAVAILABLE', NEEDS_FFMPEG);
    return ffmpegPath;
  };
  const input = (path: string, track: number): string[] => [
    // Channels without a layout keep their order: none is guessed for them.
    ...['-guess_layout_max', '0', ...FOREIGN_INPUT, '-i', fileUrl(path), '-map', `0:a:${track - 1}`],
  ];

  /** True where a track is heard anywhere; what makes it undecodable is not asked here. */
  const isAudible = async (path: string, track: number, signal?: AbortSignal): Promise<boolean> => {
    let heard = false;
    await streamPcm({
      children,
      path: requireFfmpeg(),
      args: [...input(path, track), '-c:a', 'pcm_s16le', '-f', 's16le'],
      task: 'listening to a file',
      stallMs: STALL_MS,
      frameBytes: 2,
      onBytes: (bytes) => {
        for (let at = 0; at < bytes.length && !heard; at += 2)
          heard = Math.abs(bytes.readInt16LE(at)) > SILENT_PEAK;
        return !heard;
      },
      signal,
    }).catch(() => signal?.throwIfAborted());
    return heard;
  };

  /** The shape that a track decodes to; undefined where it does not decode. */
  const look = async (path: string, track: number, signal?: AbortSignal): Promise<PcmShape | undefined> => {
    let head = Buffer.alloc(0);
    let bytes = 0;
    await streamPcm({
      children,
      path: requireFfmpeg(),
      args: [...input(path, track), '-t', `${LOOK_SECONDS}`, '-c:a', 'pcm_s16le', '-f', 'wav'],
      task: 'looking at a file',
      stallMs: STALL_MS,
      frameBytes: 1,
      onBytes: (piece) => {
        if (head.length < 2 * WAV_HEAD_BYTES) head = Buffer.concat([head, piece]);
        bytes += piece.length;
        return true;
      },
      signal,
    }).catch((error: unknown) => {
      signal?.throwIfAborted();
      if (error instanceof LecternError && error.code !== 'ENCODING_FAILED') throw error;
    });
    if (head.length < WAV_HEAD_BYTES || bytes <= head.readUInt32LE(16) + 2 * WAV_HEAD_BYTES) return undefined;
    // As ffmpeg has just written it: `fmt ` is the first chunk.
    return { channels: head.readUInt16LE(22), sampleRate: head.readUInt32LE(24) };
  };

  const secondsOf = async (
    path: string,
    track: number,
    signal?: AbortSignal,
  ): Promise<number | undefined> => {
    let seconds: number | undefined;
    await runFfmpeg({
      children,
      path: requireFfmpeg(),
      args: [...input(path, track), '-c', 'copy', '-f', 'null', '-'],
      task: 'measuring a file',
      stallMs: STALL_MS,
      onSeconds: (read) => (seconds = read),
      ...(signal === undefined ? {} : { signal }),
    }).catch(() => undefined);
    signal?.throwIfAborted();
    return seconds;
  };

  return {
    async probe(path, signal) {
      await requireRegularFile(path);
      const { tracks: all } = await describeInput({ path: requireFfmpeg(), children }, path, signal);
      const tracks = all.slice(0, MAX_TRACKS);
      const passedOver: { track: number; reason: PassedOver }[] = [];
      let taken: { readonly described: InputTrack; readonly shape: PcmShape } | undefined;
      for (const described of tracks) {
        const track = described.index + 1;
        const shape = described.codec === 'none' ? undefined : await look(path, track, signal);
        if (shape === undefined) passedOver.push({ track, reason: 'undecodable' });
        else if (tracks.length === 1 || (await isAudible(path, track, signal))) {
          taken = { described, shape };
          break;
        } else passedOver.push({ track, reason: 'silent' });
        if (shape !== undefined) taken ??= { described, shape };
      }
      if (taken === undefined) return undefined;
      const { described, shape } = taken;
      const track = described.index + 1;
      return {
        ...shape,
        seconds: await secondsOf(path, track, signal),
        track,
        tracks: all.length,
        passedOver: passedOver.filter((each) => each.track < track),
        layout: described.layout,
        isFloat: /^(flt|dbl)/.test(described.sampleFormat),
        fits16Bits: /^(u8|s16)p?$/.test(described.sampleFormat),
      };
    },
    async stream({ path, shape, encoding, sampleRate, onFrames, signal }) {
      await requireRegularFile(path);
      const [format, sampleBytes] = encoding === 'pcm_s16le' ? ['s16le', 2] : ['f32le', 4];
      const rate = sampleRate === shape.sampleRate ? [] : ['-ar', `${sampleRate}`];
      await streamPcm({
        children,
        path: requireFfmpeg(),
        args: [...input(path, shape.track), ...rate, '-c:a', `pcm_${format}`, '-f', format],
        task: 'reading the audio of a file',
        stallMs: STALL_MS,
        frameBytes: sampleBytes * shape.channels,
        onBytes: onFrames,
        signal,
      });
    },
    close: () => children.close(),
  };
}
