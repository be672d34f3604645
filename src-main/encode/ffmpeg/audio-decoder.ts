import { PLAIN_HEADER_BYTES } from '../../audio/wav-header.ts';
import { LecternError } from '../../contract/errors.ts';
import { requireRegularFile } from '../../disk/regular-file.ts';
import { createChildProcesses } from './child-processes.ts';
import { describeInput, type InputTrack } from './describe-input.ts';
import type { PcmShape } from '../encoder.ts';
import { fileUrl } from './args.ts';
import { FOREIGN_INPUT } from './foreign-input.ts';
import { runFfmpeg } from './run-ffmpeg.ts';
import { streamPcm } from './stream-pcm.ts';

/** Why an audio track is passed over. */
export type PassedOver = 'undecodable' | 'silent';

/** The chosen audio track: the first that decodes and is not silent, else the first that decodes. */
export interface DecodedShape extends PcmShape {
  /** Undefined where only decoding all of it would tell. */
  readonly seconds: number | undefined;
  /** Its number among the audio tracks, from 1, and the number of tracks. */
  readonly track: number;
  readonly tracks: number;
  readonly passedOver: readonly { readonly track: number; readonly reason: PassedOver }[];
  /** ffmpeg's name of the channel layout; undefined where none is declared. */
  readonly layout: string | undefined;
  /** True where its samples may lie above full scale. */
  readonly isFloat: boolean;
  /** True where 16 bits hold its samples without loss. */
  readonly fits16Bits: boolean;
}

export interface DecodeStream {
  readonly path: string;
  readonly shape: DecodedShape;
  readonly encoding: 'pcm_s16le' | 'pcm_f32le';
  readonly sampleRate: number;
  /** Receives whole frames of all the track's channels; returns false to stop. */
  readonly onFrames: (bytes: Buffer) => Promise<boolean> | boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Reads audio of any kind. Files are hostile: each is decoded in a separate process, where a failure does no harm. */
export interface AudioDecoder {
  /** The chosen audio track of a file, or undefined where it has no readable audio. */
  probe(path: string, signal?: AbortSignal): Promise<DecodedShape | undefined>;
  /** Decodes it from beginning to end; writes no file. */
  stream(job: DecodeStream): Promise<void>;
  close(): Promise<void>;
}

/** The message where reading a file needs ffmpeg, and there is none. */
export const NEEDS_FFMPEG =
  'Reading this kind of file needs ffmpeg, and none was found. Install ffmpeg, or set LECTERN_FFMPEG to its path';

const STALL_MS = 30_000;
/** More tracks than any recorder writes; each may have to be decoded. */
const MAX_TRACKS = 32;
/** Of 32768. A track that stays below it is silent: -60 dB. */
const SILENT_PEAK = 33;
/** Decoded to see whether the track decodes at all: a few packets. */
const LOOK_SECONDS = 0.5;

/** @param ffmpegPath undefined where there is no ffmpeg: then every call rejects with ENCODER_UNAVAILABLE. */
export function createAudioDecoder(ffmpegPath: string | undefined): AudioDecoder {
  const children = createChildProcesses();
  const requireFfmpeg = (): string => {
    if (ffmpegPath === undefined) throw new LecternError('ENCODER_UNAVAILABLE', NEEDS_FFMPEG);
    return ffmpegPath;
  };
  const input = (path: string, track: number): string[] => [
    // Channels without a layout keep their order: ffmpeg must not guess one.
    ...['-guess_layout_max', '0', ...FOREIGN_INPUT, '-i', fileUrl(path), '-map', `0:a:${track - 1}`],
  ];

  /** True where a track has sound anywhere. Decoding errors are not checked here. */
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

  /** The shape of a decoded track; undefined where it does not decode. */
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
        if (head.length < 2 * PLAIN_HEADER_BYTES) head = Buffer.concat([head, piece]);
        bytes += piece.length;
        return true;
      },
      signal,
    }).catch((error: unknown) => {
      signal?.throwIfAborted();
      if (error instanceof LecternError && error.code !== 'ENCODING_FAILED') throw error;
    });
    if (head.length < PLAIN_HEADER_BYTES || bytes <= head.readUInt32LE(16) + 2 * PLAIN_HEADER_BYTES)
      return undefined;
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
