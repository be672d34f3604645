import { access, constants } from 'node:fs/promises';
import type { ExportFormat } from '../../contract/audio-format.ts';
import type { Log } from '../../runtime/log.ts';
import { runProgram } from '../../runtime/run-program.ts';
import type { FfmpegCandidate } from './candidates.ts';

/** An ffmpeg that was run and gave answers. */
export interface FoundFfmpeg {
  readonly source: FfmpegCandidate['source'];
  readonly path: string;
  readonly version: string;
  /** The formats that its encoders can make. */
  readonly formats: readonly ExportFormat[];
}

const MAX_ANSWER_BYTES = 1024 * 1024;

const ENCODERS: readonly { readonly format: ExportFormat; readonly encoder: string }[] = [
  { format: 'mp4', encoder: 'aac' },
  { format: 'mp3', encoder: 'libmp3lame' },
  { format: 'flac', encoder: 'flac' },
  { format: 'opus', encoder: 'libopus' },
];

/** The first candidate that exists and works. The others are logged with the reason. */
export async function findFfmpeg(options: {
  readonly candidates: readonly FfmpegCandidate[];
  readonly log: Log;
  /** Longest wait for one answer. */
  readonly timeoutMs?: number;
}): Promise<FoundFfmpeg | undefined> {
  const { candidates, log, timeoutMs = 10_000 } = options;
  for (const candidate of candidates) {
    try {
      const found = await tryCandidate(candidate, timeoutMs);
      log('info', `Encoding with ffmpeg ${found.version} from ${found.source}`, { formats: found.formats });
      return found;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log('warn', `Passing over the ffmpeg of ${candidate.source}: ${reason}`, { path: candidate.path });
    }
  }
  return undefined;
}

async function tryCandidate(candidate: FfmpegCandidate, timeoutMs: number): Promise<FoundFfmpeg> {
  try {
    await access(candidate.path, constants.X_OK);
  } catch (cause) {
    throw new Error('no executable file is there', { cause });
  }
  const banner = await ask(candidate.path, ['-hide_banner', '-version'], timeoutMs);
  const version = /^ffmpeg version (\S+)/.exec(banner)?.[1];
  if (version === undefined) throw new Error('asked for its version, it did not answer as ffmpeg does');
  const encoders = await ask(candidate.path, ['-hide_banner', '-loglevel', 'error', '-encoders'], timeoutMs);
  const names = new Set([...encoders.matchAll(/^ A\S{5} (\S+)/gm)].map((match) => match[1]));
  const formats = ENCODERS.filter(({ encoder }) => names.has(encoder)).map(({ format }) => format);
  if (formats.length === 0) throw new Error('it has none of the encoders aac, libmp3lame, flac, libopus');
  return { source: candidate.source, path: candidate.path, version, formats };
}

async function ask(path: string, args: readonly string[], timeoutMs: number): Promise<string> {
  const run = await runProgram(path, args, { timeoutMs, maxOutputBytes: MAX_ANSWER_BYTES });
  if (run.stopped !== undefined) throw new Error(`no answer within ${timeoutMs / 1000} s`);
  const { error, exitCode, signal } = run;
  if (error === undefined && exitCode === 0) return run.stdout.toString('utf8');
  const why = error !== undefined && 'code' in error ? error.code : (exitCode ?? signal);
  throw new Error(`it could not be run (${String(why)})`, { cause: error });
}
