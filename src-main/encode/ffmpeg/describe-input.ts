import { LecternError } from '../../contract/errors.ts';
import type { ChildProcesses } from './child-processes.ts';
import { fileUrl } from './args.ts';
import { FOREIGN_INPUT } from './foreign-input.ts';

/** An audio track as its container describes it. */
export interface InputTrack {
  /** Among the audio tracks, from 0. */
  readonly index: number;
  /** ffmpeg's name of its codec; `none` for one that it does not know. */
  readonly codec: string;
  /** ffmpeg's name of the channel layout; undefined where the file declares none, or only the number of channels. */
  readonly layout: string | undefined;
  /** ffmpeg's name of the decoder's sample format: `s16`, `fltp`. */
  readonly sampleFormat: string;
}

export interface InputDescription {
  /** The duration in the container; undefined where it has none. */
  readonly seconds: number | undefined;
  readonly tracks: readonly InputTrack[];
}

/** Of ffmpeg's output about a file; tags may be long. */
const MAX_WORDS = 512 * 1024;
const TIMEOUT_MS = 30_000;

/** Reads what a container declares, without decoding. No tracks where its kind is not supported. */
export async function describeInput(
  { path: ffmpegPath, children }: { readonly path: string; readonly children: ChildProcesses },
  path: string,
  signal?: AbortSignal,
): Promise<InputDescription> {
  signal?.throwIfAborted();
  // With no output ffmpeg describes its input and ends with an error.
  const child = children.start(ffmpegPath, [
    ...['-hide_banner', '-nostdin', '-loglevel', 'info', '-guess_layout_max', '0'],
    ...[...FOREIGN_INPUT, '-i', fileUrl(path)],
  ]);
  let words = '';
  child.process.stderr.on('data', (text: string) => {
    if (words.length < MAX_WORDS) words += text;
  });
  child.process.stdin.end();
  child.process.stdout.resume();
  const timeout = setTimeout(child.kill, TIMEOUT_MS);
  signal?.addEventListener('abort', child.kill, { once: true });
  const end = await child.ended;
  clearTimeout(timeout);
  signal?.removeEventListener('abort', child.kill);
  signal?.throwIfAborted();
  if (end.error !== undefined)
    throw new LecternError('ENCODER_UNAVAILABLE', 'ffmpeg was found, but could not be run', {
      cause: end.error,
    });
  return parseDescription(words);
}

/** Parses ffmpeg's listing of an input. */
export function parseDescription(words: string): InputDescription {
  const clock = /^ {2}Duration: (\d+):(\d+):(\d+\.\d+)/m.exec(words);
  const isGuessed = words.includes('Estimating duration from bitrate');
  const seconds = (isGuessed ? undefined : clock)
    ?.slice(1)
    .map(Number)
    .reduce((sum, part) => sum * 60 + part, 0);
  const lines = [...words.matchAll(/^ {2}Stream #0:\d+[^\n]*?: Audio: ([^\n]*)$/gm)];
  const tracks = lines.map(([, text = ''], index): InputTrack => {
    const fields = text.split(', ');
    const at = fields.findIndex((field) => / Hz$/.test(field));
    const layout = fields[at + 1];
    return {
      index,
      codec: /^\w+/.exec(text)?.[0] ?? 'none',
      layout: at < 0 || layout === undefined || /^\d+ channels?$/.test(layout) ? undefined : layout,
      sampleFormat: at < 0 ? '' : (/^\w+/.exec(fields[at + 2] ?? '')?.[0] ?? ''),
    };
  });
  return { seconds, tracks };
}
