import { startProgram, type ProgramEnd, type StartOptions } from './start-program.ts';

export interface RunOptions extends StartOptions {
  /** It is ended when it takes longer. */
  readonly timeoutMs?: number;
  /** It is ended when it prints more. Without this, its output is dropped. */
  readonly maxOutputBytes?: number;
  /** It is ended when this is aborted. */
  readonly signal?: AbortSignal;
  /** Called once it runs; with undefined where it does not. */
  readonly onStart?: (pid: number | undefined) => void;
  /** Called with its stderr output, as it comes. */
  readonly onWords?: (text: string) => void;
}

export interface ProgramRun extends ProgramEnd {
  readonly stdout: Buffer;
  /** Its stderr output: the beginning and the end. */
  readonly words: string;
  /** Why we ended it, if we did. */
  readonly stopped: 'late' | 'excess' | 'aborted' | undefined;
}

const KEPT_CHARACTERS = 4000;

/** Runs a program to its end, without input. Rejects only where there are no descriptors for its pipes. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { timeoutMs, maxOutputBytes, signal, onStart, onWords, ...start }: RunOptions = {},
): Promise<ProgramRun> {
  const running = startProgram(program, args, start);
  const { stdin, stdout, stderr, pid } = running.process;
  onStart?.(pid);
  stdin.end();
  let stopped: ProgramRun['stopped'];
  const stop = (why: NonNullable<typeof stopped>): void => {
    stopped ??= why;
    running.kill();
  };
  const onAbort = (): void => stop('aborted');
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop('late'), timeoutMs);
  const output: Buffer[] = [];
  let bytes = 0;
  stdout.on('data', (piece: Buffer) => {
    if (maxOutputBytes === undefined) return;
    bytes += piece.byteLength;
    if (bytes <= maxOutputBytes) output.push(piece);
    else stop('excess');
  });
  let [head, tail] = ['', ''];
  stderr.on('data', (text: string) => {
    if (head.length < KEPT_CHARACTERS) head += text.slice(0, KEPT_CHARACTERS);
    else tail = (tail + text).slice(-KEPT_CHARACTERS);
    onWords?.(text);
  });
  const end = await running.ended;
  clearTimeout(timer);
  signal?.removeEventListener('abort', onAbort);
  return { ...end, stdout: Buffer.concat(output), words: head + tail, stopped };
}
