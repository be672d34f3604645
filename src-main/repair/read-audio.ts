import { requireRegularFile } from '../disk/regular-file.ts';
import { describeInput } from '../encode/ffmpeg/describe-input.ts';
import { fileUrl } from '../encode/ffmpeg/args.ts';
import { FOREIGN_INPUT } from '../encode/ffmpeg/foreign-input.ts';
import { runFfmpeg } from '../encode/ffmpeg/run-ffmpeg.ts';
import { statBytes } from '../files/stat-bytes.ts';
import type { Reading } from './judge-repair.ts';
import type { Remuxer } from './remux.ts';

/** ffmpeg is ended when it makes no progress for this long. */
const STALL_MS = 30_000;
/** Half an hour or more of most recordings. */
const LARGE_BYTES = 256 * 1024 * 1024;
/** ffmpeg's messages about files without a fault. */
const HARMLESS = /Guessed Channel Layout|Estimating duration|low score|Timestamps are unset|deprecated/;

/** Reads the decodable audio of a file's first track with independent readers. Never rejects because of the file. */
export async function readAudio(
  path: string,
  ffmpeg: Remuxer | undefined,
  signal?: AbortSignal,
): Promise<Reading> {
  await requireRegularFile(path);
  const countedSeconds = await countSeconds(path);
  if (ffmpeg === undefined) return { countedSeconds };
  const { seconds: declaredSeconds, tracks } = await describeInput(ffmpeg, path, signal);
  for (const { index, codec } of tracks) {
    if (codec === 'none') continue;
    // Plain samples can only differ in number, and decoding gigabytes of them takes minutes.
    if (codec.startsWith('pcm_') && (await statBytes(path)) > LARGE_BYTES)
      return { countedSeconds, declaredSeconds, decoded: { seconds: declaredSeconds ?? 0, complaints: 0 } };
    const decoded = await decode(path, index, ffmpeg, signal);
    if (decoded.seconds > 0) return { countedSeconds, declaredSeconds, decoded };
  }
  return { countedSeconds, declaredSeconds, decoded: { seconds: 0, complaints: 0 } };
}

async function decode(
  path: string,
  track: number,
  { path: ffmpegPath, children }: Remuxer,
  signal?: AbortSignal,
): Promise<NonNullable<Reading['decoded']>> {
  let seconds = 0;
  try {
    const words = await runFfmpeg({
      children,
      path: ffmpegPath,
      args: [...[...FOREIGN_INPUT, '-i', fileUrl(path)], ...['-map', `0:a:${track}`, '-f', 'null', '-']],
      task: 'reading a file',
      stallMs: STALL_MS,
      onSeconds: (decoded) => (seconds = decoded),
      ...(signal === undefined ? {} : { signal }),
    });
    const complaints = words.split('\n').filter((line) => line.trim() !== '' && !HARMLESS.test(line)).length;
    return { seconds, complaints };
  } catch {
    signal?.throwIfAborted();
    return { seconds, complaints: Infinity };
  }
}

/** Seconds by mediabunny, which believes headers; undefined where it cannot read the file. */
async function countSeconds(path: string): Promise<number | undefined> {
  // Loaded only when needed: loading at launch would take 70 ms.
  const { ALL_FORMATS, FilePathSource, Input } = await import('mediabunny');
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    return track === null || (await track.getCodec()) === null ? undefined : await track.computeDuration();
  } catch {
    return undefined;
  } finally {
    input.dispose();
  }
}
