import { LecternError } from '../../contract/errors.ts';
import type { ChildProcesses } from './child-processes.ts';
import { ffmpegError } from './ffmpeg-error.ts';
import { fileState } from './output-watch.ts';

export interface FfmpegRun {
  readonly children: ChildProcesses;
  readonly path: string;
  /** Without the options this function adds: input, codec and output. */
  readonly args: readonly string[];
  /** For messages: "writing the MP4". */
  readonly task: string;
  /** It is killed where it reports no progress for this long, and `outputPath`, where given, does not change either. */
  readonly stallMs: number;
  /** For work that ffmpeg does without a report, such as putting an index in front. */
  readonly outputPath?: string;
  /** Seconds of output so far. */
  readonly onSeconds?: (seconds: number) => void;
  readonly signal?: AbortSignal;
}

/** Options for every run: no questions, no input from a terminal, only problems on stderr. */
export const FFMPEG_QUIET = ['-hide_banner', '-nostdin', '-loglevel', 'warning', '-y'] as const;

/**
 * Runs ffmpeg to its end; returns the end of its error output. Rejects with a LecternError, or with the signal's
 * reason.
 */
export async function runFfmpeg(run: FfmpegRun): Promise<string> {
  run.signal?.throwIfAborted();
  const child = run.children.start(run.path, [...FFMPEG_QUIET, '-progress', 'pipe:1', ...run.args]);
  const stalled = new AbortController();
  const watchdog = setTimeout(() => {
    stalled.abort();
    child.kill();
  }, run.stallMs);
  const looking = watchFile(run, () => watchdog.refresh());
  const onAbort = () => child.kill();
  run.signal?.addEventListener('abort', onAbort, { once: true });
  child.process.stdin.end();
  let line = '';
  child.process.stdout.setEncoding('utf8').on('data', (text: string) => {
    watchdog.refresh();
    const lines = (line + text).slice(-10_000).split('\n');
    line = lines.pop() ?? '';
    for (const each of lines) {
      const microseconds = /^out_time_us=(\d+)$/.exec(each.trim())?.[1];
      if (microseconds !== undefined) run.onSeconds?.(Number(microseconds) / 1e6);
    }
  });
  const end = await child.ended;
  clearTimeout(watchdog);
  clearInterval(looking);
  run.signal?.removeEventListener('abort', onAbort);
  run.signal?.throwIfAborted();
  if (stalled.signal.aborted) {
    throw new LecternError(
      'ENCODING_FAILED',
      `ffmpeg made no progress for ${run.stallMs / 1000} s while ${run.task}, and was ended`,
      { details: { stderr: end.stderrTail } },
    );
  }
  if (end.exitCode !== 0) throw ffmpegError(run.task, end);
  return end.stderrTail;
}

function watchFile({ outputPath, stallMs }: FfmpegRun, onChange: () => void): NodeJS.Timeout | undefined {
  if (outputPath === undefined) return undefined;
  let seen = '';
  return setInterval(() => {
    void fileState(outputPath).then((state) => {
      if (state !== seen) onChange();
      seen = state;
    });
  }, stallMs / 10);
}
