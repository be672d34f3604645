import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { resolve } from 'node:path';

export const repository = resolve(import.meta.dirname, '../..');

/** A command whose output matters only when it fails. */
export interface Step {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
}

/** An npm script of this repository as a step. */
export function script(name: string): Step {
  return { name, command: ['npm', 'run', '--silent', name] };
}

export type Priority = 'normal' | 'low';

/** Lets a child, and all that it will start, run only when others of normal priority wait. */
export function setPriorityOf({ pid }: ChildProcess, priority: Priority): void {
  // Without a pid it could not be started, and says so itself.
  if (priority === 'low' && pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
}

/** Runs steps, at most `atOnce` at a time; says how each went, and shows the output of those that failed. */
export async function runSteps(
  steps: readonly Step[],
  atOnce: number,
  priority: Priority = 'normal',
): Promise<StepResult[]> {
  const waiting = [...steps];
  const results: StepResult[] = [];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      results.push(await runStep(step, priority));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function runStep({ name, command }: Step, priority: Priority): Promise<StepResult> {
  const startedMs = performance.now();
  const { exitCode, output } = await capture(command, priority);
  const passed = exitCode === 0;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`);
  if (!passed) console.log(`${output.trimEnd()}\n`);
  return { name, passed };
}

function capture(
  [program, ...args]: Step['command'],
  priority: Priority,
): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    setPriorityOf(child, priority);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', failed).on('close', (exitCode) => {
      done({ exitCode, output });
    });
  });
}
