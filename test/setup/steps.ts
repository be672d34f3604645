import { spawn } from 'node:child_process';
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

/** Runs steps, at most `atOnce` at a time; says how each went, and shows the output of those that failed. */
export async function runSteps(steps: readonly Step[], atOnce: number): Promise<StepResult[]> {
  const waiting = [...steps];
  const results: StepResult[] = [];
  const worker = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift())
      results.push(await runStep(step));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

async function runStep({ name, command }: Step): Promise<StepResult> {
  const startedMs = performance.now();
  const { exitCode, output } = await capture(command);
  const passed = exitCode === 0;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(`${passed ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)`);
  if (!passed) console.log(`${output.trimEnd()}\n`);
  return { name, passed };
}

function capture([program, ...args]: Step['command']): Promise<{ exitCode: number | null; output: string }> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', failed).on('close', (exitCode) => {
      done({ exitCode, output });
    });
  });
}
