import { LecternError } from '../contract/errors.ts';
import type { ChildProcesses } from '../encode/child-processes.ts';
import { requireRegularFile } from '../disk/regular-file.ts';
import { FOREIGN_INPUT } from '../encode/foreign-input.ts';
import { runFfmpeg } from '../encode/run-ffmpeg.ts';
import type { RepairControl } from './finding.ts';

export interface Remuxer {
  readonly path: string;
  readonly children: ChildProcesses;
}

export type Container = 'mp4' | 'webm' | 'ogg' | 'mp3';

/** ffmpeg is ended when it stands still for this long. */
const STALL_MS = 30_000;
/** Seconds by which what was saved may be shorter than what can be heard of the damaged file. */
const TOLERANCE_SECONDS = 0.25;
const TASK = 'copying the audio of a damaged file';

const MUXERS: Record<Container, readonly string[]> = {
  mp4: ['-movflags', '+faststart', '-f', 'mp4'],
  webm: ['-f', 'webm'],
  ogg: ['-f', 'ogg'],
  mp3: ['-id3v2_version', '3', '-f', 'mp3'],
};

/**
 * Copies the packets of a damaged file into a new one, and reads that back: it must decode without a fault, and be as
 * long as what decodes of the damaged one.
 * @returns its length in seconds.
 */
export async function remux(
  { path, children }: Remuxer,
  job: {
    readonly fromPath: string;
    readonly toPath: string;
    readonly container: Container;
    readonly isMatroska: boolean;
    /** Nothing of the damaged file is read beyond this. */
    readonly endOffset?: number;
  },
  { signal, onProgress }: RepairControl = {},
): Promise<number> {
  const { fromPath, toPath, container, isMatroska, endOffset } = job;
  const input =
    endOffset === undefined ? `file:${fromPath}` : `subfile,,start,0,end,${endOffset},,:${fromPath}`;
  const output = `file:${toPath}`;
  const run = (args: readonly string[], onSeconds?: (seconds: number) => void) =>
    runFfmpeg({
      children,
      path,
      args,
      task: TASK,
      stallMs: STALL_MS,
      ...(onSeconds === undefined ? {} : { onSeconds }),
      ...(signal === undefined ? {} : { signal }),
    });
  const decodedSeconds = async (url: string, options: readonly string[], total?: number): Promise<number> => {
    let seconds = 0;
    const decode = ['-map', '0:a:0', '-f', 'null', '-'];
    await run([...options, ...FOREIGN_INPUT, '-i', url, ...decode], (decoded) => {
      seconds = decoded;
      // Only the reading back knows how much there is to do; it takes about as long as all before it.
      if (total !== undefined && total > 0) onProgress?.(Math.min(1, 0.5 + seconds / total / 2));
    });
    return seconds;
  };

  await requireRegularFile(fromPath);
  const expected = await decodedSeconds(input, ['-fflags', '+discardcorrupt']).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new LecternError('INVALID_AUDIO_FILE', 'no audio in it can be decoded', { cause });
  });
  const muxer = isMatroska ? ['-f', 'matroska'] : MUXERS[container];
  await run([
    ...['-fflags', '+discardcorrupt', ...FOREIGN_INPUT, '-i', input],
    ...['-map', '0:a', '-map', '0:v?', '-map_metadata', '0', '-c', 'copy', ...muxer, output],
  ]);
  const seconds = await decodedSeconds(output, ['-xerror', '-err_detect', 'explode'], expected);
  if (seconds <= 0) throw new LecternError('INVALID_AUDIO_FILE', 'no audio in it can be decoded');
  if (seconds < expected - TOLERANCE_SECONDS)
    throw new LecternError(
      'ENCODING_FAILED',
      `of ${expected.toFixed(2)} s that can be heard only ${seconds.toFixed(2)} s could be copied`,
    );
  return seconds;
}
