import { LecternError } from '../contract/errors.ts';
import type { ChildProcesses } from '../encode/ffmpeg/child-processes.ts';
import { requireRegularFile } from '../disk/regular-file.ts';
import { describeInput } from '../encode/ffmpeg/describe-input.ts';
import { FOREIGN_INPUT } from '../encode/ffmpeg/foreign-input.ts';
import { createPrivateFile } from '../disk/replace-file.ts';
import { runFfmpeg } from '../encode/ffmpeg/run-ffmpeg.ts';
import { audioExtension } from './diagnose.ts';
import type { RepairControl } from './finding.ts';

export interface Remuxer {
  readonly path: string;
  readonly children: ChildProcesses;
}

export type Container = 'mp4' | 'webm' | 'ogg' | 'mp3';

/** ffmpeg is ended when it makes no progress for this long. */
const STALL_MS = 30_000;
/** Seconds by which the copy may be shorter than what readers hear of the damaged file. */
const TOLERANCE_SECONDS = 0.25;
const TASK = 'copying the audio of a damaged file';

/** Muxers in the order of the tries: some codecs do not fit in some containers. */
const MUXERS: Record<Container, readonly (readonly string[])[]> = {
  mp4: [
    ['-movflags', '+faststart', '-f', 'mp4'],
    ['-movflags', '+faststart', '-f', 'mov'],
  ],
  webm: [
    ['-f', 'webm'],
    ['-f', 'matroska'],
  ],
  ogg: [['-f', 'ogg']],
  mp3: [['-id3v2_version', '3', '-f', 'mp3']],
};

export interface RemuxJob {
  readonly fromPath: string;
  readonly toPath: string;
  readonly container: Container;
  /** ffmpeg reads the damaged file only up to here. */
  readonly endOffset?: number;
}

/** The muxers, with the one for the file's extension first. */
function muxersFor(container: Container, path: string): readonly (readonly string[])[] {
  const promised = { '.mkv': 'matroska', '.mka': 'matroska', '.mov': 'mov' }[audioExtension(path)];
  return MUXERS[container].toSorted((a, b) => Number(b.at(-1) === promised) - Number(a.at(-1) === promised));
}

/**
 * Copies the packets of a damaged file into a new one and reads that back. The new file must be as long as the
 * decodable audio of the damaged one, and decode without a fault. A faulty end is left out.
 * @returns its length in seconds
 */
export async function remux(
  { path, children }: Remuxer,
  { fromPath, toPath, container, endOffset }: RemuxJob,
  { signal, onProgress }: RepairControl = {},
): Promise<number> {
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
  const hear = async (url: string, track: number, options: readonly string[], total?: number) => {
    let seconds = 0;
    const decode = ['-map', `0:a:${track}`, '-f', 'null', '-'];
    const flawless = await run([...options, ...FOREIGN_INPUT, '-i', url, ...decode], (decoded) => {
      seconds = decoded;
      // Only reading back has a known total; it takes about as long as everything before.
      if (total !== undefined && total > 0) onProgress?.(Math.min(1, 0.5 + seconds / total / 2));
    }).then(
      () => true,
      () => false,
    );
    signal?.throwIfAborted();
    return { seconds, flawless };
  };
  /** Resolves with the number that its track has in the copy. */
  const copy = async (track: number, untilSeconds?: number): Promise<number> => {
    const until = untilSeconds === undefined ? [] : ['-t', untilSeconds.toFixed(3)];
    const from = ['-fflags', '+discardcorrupt', ...FOREIGN_INPUT, '-i', input];
    const attempts = muxersFor(container, fromPath).flatMap((muxer) => [
      { muxer, maps: ['-map', '0:a', '-map', '0:v?'], copied: track },
      { muxer, maps: ['-map', `0:a:${track}`], copied: 0 },
    ]);
    for (const [index, { muxer, maps, copied }] of attempts.entries()) {
      try {
        await run([...from, ...maps, ...until, '-map_metadata', '0', '-c', 'copy', ...muxer, output]);
        return copied;
      } catch (error) {
        signal?.throwIfAborted();
        if (index === attempts.length - 1) throw error;
      }
    }
    return 0;
  };

  await requireRegularFile(fromPath);
  const { tracks } = await describeInput({ path, children }, fromPath, signal);
  let [track, expected] = [0, 0];
  for (const { index, codec } of tracks) {
    if (codec === 'none' || expected > 0) continue;
    track = index;
    expected = (await hear(input, index, ['-fflags', '+discardcorrupt'])).seconds;
  }
  if (expected <= 0) throw new LecternError('INVALID_AUDIO_FILE', 'no audio in it can be decoded');
  // ffmpeg itself would create the file with the system's default permissions.
  await createPrivateFile(toPath);
  const strict = ['-xerror', '-err_detect', 'explode'];
  let copied = await copy(track);
  let heard = await hear(output, copied, strict, expected);
  if (!heard.flawless && heard.seconds >= expected - TOLERANCE_SECONDS) {
    copied = await copy(track, heard.seconds);
    heard = await hear(output, copied, strict, expected);
  }
  // Damage in the middle stays in the copy: all audio around it is kept.
  if (!heard.flawless) {
    copied = await copy(track);
    heard = await hear(output, copied, [], expected);
  }
  if (heard.seconds < expected - TOLERANCE_SECONDS)
    throw new LecternError(
      'ENCODING_FAILED',
      `of ${expected.toFixed(2)} s that can be heard only ${heard.seconds.toFixed(2)} s could be copied`,
    );
  return heard.seconds;
}
