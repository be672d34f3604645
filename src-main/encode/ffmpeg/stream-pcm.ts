import { LecternError } from '../../contract/errors.ts';
import type { ChildProcesses } from './child-processes.ts';
import { ffmpegError } from './ffmpeg-error.ts';
import { FFMPEG_QUIET } from './run-ffmpeg.ts';

export interface PcmStream {
  readonly children: ChildProcesses;
  readonly path: string;
  /** Input, track and format; the output is added. */
  readonly args: readonly string[];
  readonly task: string;
  /** It is killed where it writes nothing for this long while we wait for it. */
  readonly stallMs: number;
  /** Output is passed on in whole frames of this many bytes. */
  readonly frameBytes: number;
  /** Receives the output; returns false to stop. ffmpeg waits until it has returned. */
  readonly onBytes: (bytes: Buffer) => Promise<boolean> | boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Runs ffmpeg and passes on its output. Rejects with a LecternError, or at once with the signal's reason. */
export async function streamPcm(stream: PcmStream): Promise<void> {
  const { children, path, args, task, stallMs, frameBytes, onBytes, signal } = stream;
  signal?.throwIfAborted();
  const child = children.start(path, [...FFMPEG_QUIET, ...args, 'pipe:1']);
  const stalled = new AbortController();
  const watchdog = setTimeout(() => {
    stalled.abort();
    child.kill();
  }, stallMs);
  signal?.addEventListener('abort', child.kill, { once: true });
  child.process.stdin.end();
  let enough = false;
  try {
    let rest: Buffer = Buffer.alloc(0);
    const pieces: AsyncIterable<Buffer> = child.process.stdout;
    for await (const piece of pieces) {
      signal?.throwIfAborted();
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      const whole = bytes.length - (bytes.length % frameBytes);
      rest = bytes.subarray(whole);
      enough = whole > 0 && !(await onBytes(bytes.subarray(0, whole)));
      if (enough) break;
      watchdog.refresh();
    }
  } finally {
    clearTimeout(watchdog);
    signal?.removeEventListener('abort', child.kill);
    if (enough || signal?.aborted === true) child.kill();
  }
  const end = await child.ended;
  signal?.throwIfAborted();
  if (enough) return;
  if (stalled.signal.aborted)
    throw new LecternError(
      'ENCODING_FAILED',
      `ffmpeg made no progress for ${stallMs / 1000} s while ${task}`,
    );
  if (end.exitCode !== 0) throw ffmpegError(task, end);
}
