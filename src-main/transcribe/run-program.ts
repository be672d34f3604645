import { spawn, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { spawnWithReserve } from '../runtime/descriptors.ts';
import { complaintIn, lastingFailure, passingFailure } from './failures.ts';

export interface ProgramRun {
  /** An absolute path, or a name to be found on PATH. */
  readonly program: string;
  readonly args: readonly string[];
  readonly workDir: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** It is ended when it prints more. */
  readonly maxOutputBytes: number;
  readonly onProgram: (pid: number | undefined) => void;
  /** What it says on stderr, as it comes. */
  readonly onWords?: (text: string) => void;
}

export interface ProgramOutput {
  readonly stdout: Buffer;
  /** What it said on stderr: the beginning and the end. */
  readonly words: string;
}

const KEPT_CHARACTERS = 4000;

/** Those that run: none may outlive this process. */
const running = new Set<ChildProcess>();

/**
 * Runs a program to its end, never through a shell, in a process group of its own, and at the lowest priority as soon as it runs, so that what is
 * being recorded comes first. Rejects with RECOGNISER_UNAVAILABLE, RECOGNISER_FAILED or the signal's reason.
 */
export function runProgram(run: ProgramRun): Promise<ProgramOutput> {
  const { program, args, workDir, timeoutMs, signal, maxOutputBytes, onProgram } = run;
  const name = basename(program);
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawnWithReserve(() =>
      spawn(program, [...args], {
        cwd: workDir,
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
        shell: false,
        // Makes it the leader of a group, with which whatever it starts itself can be ended.
        detached: process.platform !== 'win32',
      }),
    );
    watch(child);
    onProgram(child.pid);
    lowerPriority(child);
    let failure: unknown;
    const end = (reason: unknown): void => {
      failure ??= reason;
      killTree(child);
    };
    const onAbort = (): void => {
      end(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => {
      end(
        passingFailure(
          'RECOGNISER_FAILED',
          `${name} did not end within ${timeoutMs / 1000} s, and was stopped`,
        ),
      );
    }, timeoutMs);

    const output: Buffer[] = [];
    let outputBytes = 0;
    child.stdout.on('data', (bytes: Buffer) => {
      outputBytes += bytes.byteLength;
      if (outputBytes <= maxOutputBytes) output.push(bytes);
      else
        end(
          passingFailure(
            'RECOGNISER_FAILED',
            `${name} printed more than ${maxOutputBytes} bytes, and was stopped`,
          ),
        );
    });
    let head = '';
    let tail = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (head.length < KEPT_CHARACTERS) head += text.slice(0, KEPT_CHARACTERS);
      else tail = (tail + text).slice(-KEPT_CHARACTERS);
      run.onWords?.(text);
    });
    child.on('error', (error) => {
      failure ??= lastingFailure('RECOGNISER_UNAVAILABLE', cannotRun(program, error), error);
    });
    // The program is over; what it left behind would hold its output open.
    child.on('exit', () => {
      killTree(child);
    });
    child.on('close', (code, killedBy) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      running.delete(child);
      onProgram(undefined);
      const words = head + tail;
      if (failure === undefined && code !== 0) {
        const how = killedBy === null ? `exit code ${String(code)}` : `signal ${killedBy}`;
        const complaint = complaintIn(words);
        const said = complaint === '' ? 'saying nothing' : `saying: ${complaint}`;
        failure = passingFailure('RECOGNISER_FAILED', `${name} ended with ${how}, ${said}`);
      }
      // A reason of the caller's own making need not be an Error.
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
      if (failure !== undefined) reject(failure);
      else resolve({ stdout: Buffer.concat(output), words });
    });
  });
}

function cannotRun(program: string, error: Error): string {
  const code = 'code' in error ? String(error.code) : error.name;
  const name = basename(program);
  if (code === 'ENOENT')
    return `The program ${name} was not found. Install it, or give its whole path in Settings`;
  if (code === 'EACCES')
    return `The program ${name} may not be run. Make its file executable, or choose another`;
  return `The program ${name} could not be run (${code})`;
}

function lowerPriority(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It is gone already, or the system has no such thing.
  }
}

function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    if (child.exitCode === null)
      spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true }).on(
        'error',
        () => child.kill('SIGKILL'),
      );
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nobody is left in its group.
  }
}

let watching = false;

function watch(child: ChildProcess): void {
  running.add(child);
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const each of running) killTree(each);
  });
}
