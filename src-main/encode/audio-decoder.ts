import { rm } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { createChildProcesses } from './child-processes.ts';
import type { PcmShape } from './encoder.ts';
import { fileUrl } from './ffmpeg-args.ts';
import { FOREIGN_INPUT } from './foreign-input.ts';
import { replaceFile } from './replace-file.ts';
import { runFfmpeg } from './run-ffmpeg.ts';
import { verifyFile } from './verify.ts';
import { openWavMaster } from './wav-master.ts';

/** What a file's first audio track decodes to. */
export interface DecodedShape extends PcmShape {
  /** Undefined where nothing tells it without decoding it all. */
  readonly seconds: number | undefined;
}

export interface DecodeJob extends PcmShape {
  readonly fromPath: string;
  readonly toPath: string;
  /** What there is to decode, for the progress and for the room a header needs. */
  readonly seconds: number | undefined;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** Reads audio of any kind. Files are hostile: whatever goes wrong with one happens in a process of its own. */
export interface AudioDecoder {
  /** The shape of the audio in a file, or undefined where it holds none that can be read. */
  probe(path: string, scratchPath: string, signal?: AbortSignal): Promise<DecodedShape | undefined>;
  /** Writes a file's audio as a 16-bit PCM WAV, which is read back before it gets its name. */
  decode(job: DecodeJob): Promise<void>;
  close(): Promise<void>;
}

const STALL_MS = 30_000;
/** WAV sizes have 32 bits; some room is left for what stands around the audio. */
const PLAIN_WAV_BYTES = 0xf000_0000;
/** ffmpeg would add the name of its version to what it writes. */
const EXACT = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact'] as const;

/** @param ffmpegPath undefined where there is none: then every call rejects with ENCODER_UNAVAILABLE. */
export function createAudioDecoder(ffmpegPath: string | undefined): AudioDecoder {
  const children = createChildProcesses();

  const run = async (
    task: string,
    args: readonly string[],
    signal: AbortSignal | undefined,
    onSeconds?: (seconds: number) => void,
  ): Promise<void> => {
    if (ffmpegPath === undefined)
      throw new LecternError(
        'ENCODER_UNAVAILABLE',
        'Reading this kind of file needs ffmpeg, and none was found. Install ffmpeg, or set LECTERN_FFMPEG to its path',
      );
    await runFfmpeg({
      children,
      path: ffmpegPath,
      args,
      task,
      stallMs: STALL_MS,
      ...(signal === undefined ? {} : { signal }),
      ...(onSeconds === undefined ? {} : { onSeconds }),
    });
  };

  return {
    async probe(path, scratchPath, signal) {
      const input = [...FOREIGN_INPUT, '-i', fileUrl(path), '-map', '0:a:0'];
      const task = 'looking at a file';
      try {
        await run(
          task,
          [...input, '-t', '0.1', '-c:a', 'pcm_s16le', ...EXACT, '-f', 'wav', fileUrl(scratchPath)],
          signal,
        );
        const { sampleRate, channels } = await wavShape(scratchPath);
        let seconds: number | undefined;
        await run(
          task,
          [...input, '-c', 'copy', '-f', 'null', '-'],
          signal,
          (read) => (seconds = read),
        ).catch(() => undefined);
        signal?.throwIfAborted();
        return { sampleRate, channels, seconds };
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof LecternError && error.code !== 'ENCODING_FAILED') throw error;
        return undefined;
      } finally {
        await rm(scratchPath, { force: true });
      }
    },
    async decode({ fromPath, toPath, sampleRate, channels, seconds, onProgress, signal }) {
      const bytes = (seconds ?? Infinity) * sampleRate * channels * 2;
      const shape = ['-ac', `${channels}`, '-ar', `${sampleRate}`];
      await replaceFile(
        toPath,
        (temporaryPath) =>
          run(
            'reading the audio of a file',
            [
              ...[...FOREIGN_INPUT, '-i', fileUrl(fromPath), '-map', '0:a:0', '-c:a', 'pcm_s16le', ...shape],
              ...[...EXACT, '-rf64', bytes < PLAIN_WAV_BYTES ? 'never' : 'auto', '-f', 'wav'],
              fileUrl(temporaryPath),
            ],
            signal,
            (done) => {
              if (seconds !== undefined && seconds > 0) onProgress?.(Math.min(1, done / seconds));
            },
          ),
        async (temporaryPath) => {
          const master = await openWavMaster(temporaryPath);
          await master.close();
          const expected = { sampleRate, channels, seconds: master.frames / sampleRate };
          if (master.frames === 0)
            throw new LecternError('INVALID_AUDIO_FILE', 'Expected audio, the file decodes to none');
          await verifyFile(temporaryPath, { format: 'wav', ...expected });
        },
      );
    },
    close: () => children.close(),
  };
}

async function wavShape(path: string): Promise<PcmShape> {
  const file = await openRegularFile(path);
  try {
    const head = Buffer.alloc(36);
    await file.read(head, 0, head.length, 0);
    // As ffmpeg has just written it: `fmt ` is the first chunk.
    return { channels: head.readUInt16LE(22), sampleRate: head.readUInt32LE(24) };
  } finally {
    await file.close();
  }
}
