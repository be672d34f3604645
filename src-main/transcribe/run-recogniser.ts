import { basename } from 'node:path';
import { runProgram } from '../runtime/run-program.ts';
import { complaintIn, lastingFailure, passingFailure } from './failures.ts';

export interface RecogniserRun {
  /** An absolute path, or a name to be found on PATH. */
  readonly program: string;
  readonly args: readonly string[];
  readonly workDir: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** It is ended when it prints more. */
  readonly maxOutputBytes: number;
  readonly onProgram: (pid: number | undefined) => void;
  /** Called with its stderr output, as it comes. */
  readonly onWords?: (text: string) => void;
}

export interface ProgramOutput {
  readonly stdout: Buffer;
  /** Its stderr output: the beginning and the end. */
  readonly words: string;
}

/**
 * Runs a recogniser to its end, in a process group of its own, and at the lowest priority. Rejects with
 * RECOGNISER_UNAVAILABLE, RECOGNISER_FAILED or the signal's reason.
 */
export async function runRecogniser(recogniser: RecogniserRun): Promise<ProgramOutput> {
  const { program, args, workDir, timeoutMs, signal, maxOutputBytes, onProgram, onWords } = recogniser;
  const name = basename(program);
  signal.throwIfAborted();
  const run = await runProgram(program, args, {
    ...{ timeoutMs, signal, maxOutputBytes, cwd: workDir, ownGroup: true, lowPriority: true },
    ...{ onStart: onProgram, ...(onWords && { onWords }) },
  });
  onProgram(undefined);
  const failed = (how: string) => passingFailure('RECOGNISER_FAILED', `${name} ${how}`);
  if (run.stopped === 'aborted') throw signal.reason;
  if (run.stopped === 'late') throw failed(`did not end within ${timeoutMs / 1000} s, and was stopped`);
  if (run.stopped === 'excess') throw failed(`printed more than ${maxOutputBytes} bytes, and was stopped`);
  if (run.error !== undefined)
    throw lastingFailure('RECOGNISER_UNAVAILABLE', cannotRun(program, run.error), run.error);
  if (run.exitCode !== 0) {
    const how = run.signal === undefined ? `exit code ${run.exitCode}` : `signal ${run.signal}`;
    const complaint = complaintIn(run.words);
    throw failed(`ended with ${how}, ${complaint === '' ? 'saying nothing' : `saying: ${complaint}`}`);
  }
  return { stdout: run.stdout, words: run.words };
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
