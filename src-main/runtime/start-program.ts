import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { spawnWithReserve } from './descriptors.ts';

export type PipedProcess = ChildProcessByStdio<Writable, Readable, Readable>;

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /**
   * It leads a process group, so that its own children end with it. A terminal's Ctrl-C does not reach it, and it does
   * not outlive this process.
   */
  readonly ownGroup?: boolean;
  /** It gets the lowest priority as soon as it runs, so that recordings come first. */
  readonly lowPriority?: boolean;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Undefined where a signal ended it, or where it never ran. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Why it could not be started. */
  readonly error: Error | undefined;
  /** The end of what it wrote to stderr. */
  readonly stderrTail: string;
}

export interface RunningProgram {
  /** Its pipes: stdin has backpressure, stdout is for the caller to read. */
  readonly process: PipedProcess;
  /** Settles once the process is gone and its output read; never rejects. */
  readonly ended: Promise<ProgramEnd>;
  /** Ends it at once, and its group where it leads one. */
  kill(): void;
}

const STDERR_TAIL_CHARACTERS = 4000;
/** Time to read the rest of an ended process's pipes; its own children may hold them open for ever. */
const LAST_WORDS_MS = 500;
/** A killed process is gone at once, unless the system blocks it: after this time we wait no longer. */
const KILLED_MS = 2000;

/** The leaders of process groups: none may outlive this process. */
const leaders = new Set<ChildProcess>();
let watching = false;

/**
 * Starts a program, never through a shell: its arguments are passed unchanged. Throws EMFILE where there are no
 * descriptors for its pipes. Where it cannot be run, `ended` has the error.
 * @param program an absolute path, or a name to be found on PATH.
 */
export function startProgram(
  program: string,
  args: readonly string[],
  { cwd, env, ownGroup = false, lowPriority = false }: StartOptions = {},
): RunningProgram {
  const child = spawnWithReserve(() =>
    spawn(program, [...args], {
      ...{ cwd, env, shell: false, windowsHide: true, detached: ownGroup && process.platform !== 'win32' },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  if (ownGroup) endWithThisProcess(child);
  if (lowPriority) lowerPriority(child);
  let stderrTail = '';
  let error: Error | undefined;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderrTail = (stderrTail + text).slice(-STDERR_TAIL_CHARACTERS);
  });
  child.on('error', (cause) => (error ??= cause));
  // A child that dies with unread input breaks the pipe; the way it ended says more than EPIPE.
  child.stdin.on('error', () => undefined);
  const { promise: ended, resolve } = Promise.withResolvers<ProgramEnd>();
  const end = (code: number | null, signal: string | null): void => {
    leaders.delete(child);
    resolve({ exitCode: code ?? undefined, signal: signal ?? undefined, error, stderrTail });
  };
  const endAfter = (ms: number, code: number | null, signal: string | null): void => {
    setTimeout(() => {
      end(code, signal);
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
    }, ms).unref();
  };
  child.on('close', end);
  child.on('exit', (code, signal) => {
    // Remaining children of a leader would hold its pipes open: once they are killed, the pipes end with the leader's
    // output.
    if (ownGroup) killGroup(child);
    else endAfter(LAST_WORDS_MS, code, signal);
  });
  return {
    process: child,
    ended,
    kill() {
      if (ownGroup) killGroup(child);
      else child.kill('SIGKILL');
      endAfter(KILLED_MS, null, 'SIGKILL');
    },
  };
}

function lowerPriority({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It is already gone, or the system does not support this.
  }
}

function killGroup(leader: ChildProcess): void {
  if (leader.pid === undefined) return;
  if (process.platform === 'win32') {
    if (leader.exitCode === null)
      spawn('taskkill', ['/pid', String(leader.pid), '/T', '/F'], {
        ...{ stdio: 'ignore', windowsHide: true },
      }).on('error', () => leader.kill('SIGKILL'));
    return;
  }
  try {
    process.kill(-leader.pid, 'SIGKILL');
  } catch {
    // Its group is empty.
  }
}

function endWithThisProcess(child: ChildProcess): void {
  leaders.add(child);
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const each of leaders) killGroup(each);
  });
}
