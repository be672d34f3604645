import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { spawnWithReserve } from '../../runtime/descriptors.ts';

export type PipedChild = ChildProcessByStdio<Writable, Readable, Readable>;

/** How a child ended. */
export interface ChildEnd {
  /** Undefined where a signal ended it, or where it never ran. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Why it could not be run at all. */
  readonly error: Error | undefined;
  /** The end of what it wrote to stderr. */
  readonly stderrTail: string;
}

export interface RunningChild {
  readonly process: PipedChild;
  /** Settles once the process is gone and its output read; never rejects. */
  readonly ended: Promise<ChildEnd>;
  kill(): void;
}

/** Every child process of an encoder, so that none outlives it. */
export interface ChildProcesses {
  start(path: string, args: readonly string[]): RunningChild;
  /** How many run now. */
  readonly running: number;
  /** Kills whatever runs and waits until it is gone. Nothing can be started afterwards. */
  close(): Promise<void>;
}

const STDERR_TAIL_CHARACTERS = 4000;
/** What a process that has ended may still have in its pipes; one that it started may hold them open for ever. */
const LAST_WORDS_MS = 500;
/** A killed process is gone at once, unless the system holds it: then nobody waits for it any longer. */
const KILLED_MS = 2000;

export function createChildProcesses(): ChildProcesses {
  const live = new Set<RunningChild>();
  let closed = false;

  const start = (path: string, args: readonly string[]): RunningChild => {
    if (closed) throw new Error('The encoder was closed');
    const child = spawnWithReserve(() =>
      spawn(path, [...args], { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true }),
    );
    let stderrTail = '';
    let error: Error | undefined;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderrTail = (stderrTail + text).slice(-STDERR_TAIL_CHARACTERS);
    });
    child.on('error', (cause) => (error ??= cause));
    // A child that dies with input pending breaks the pipe; how it ended says more than EPIPE does.
    child.stdin.on('error', () => undefined);
    const { promise: ended, resolve } = Promise.withResolvers<ChildEnd>();
    const end = (code: number | null, signal: string | null): void => {
      live.delete(running);
      resolve({ exitCode: code ?? undefined, signal: signal ?? undefined, error, stderrTail });
    };
    const endAfter = (ms: number, code: number | null, signal: string | null): void => {
      setTimeout(() => {
        end(code, signal);
        for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      }, ms).unref();
    };
    child.on('close', end);
    child.on('exit', (code, signal) => endAfter(LAST_WORDS_MS, code, signal));
    const running: RunningChild = {
      process: child,
      ended,
      kill() {
        child.kill('SIGKILL');
        endAfter(KILLED_MS, null, 'SIGKILL');
      },
    };
    live.add(running);
    return running;
  };

  const close = async (): Promise<void> => {
    closed = true;
    const ending = [...live];
    for (const running of ending) running.kill();
    await Promise.all(ending.map((running) => running.ended));
  };

  return {
    start,
    close,
    get running() {
      return live.size;
    },
  };
}
