import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import wavefile from 'wavefile';
import { z } from 'zod';

const CLI = join(import.meta.dirname, '../../../src-main/cli.ts');
const run = promisify(execFile);

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCommand {
  readonly child: ChildProcess;
  /** Resolves once stderr holds these words. */
  says(words: string): Promise<void>;
  readonly outcome: Promise<Outcome>;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The largest file the process may write, as a disk that fills up. */
  readonly maxFileKibibytes?: number;
}

/** `lectern` as a process of its own, which does not outlive its test. */
export function startLectern(args: readonly string[], options?: CommandOptions): RunningCommand {
  const command = spawnLectern(args, options);
  onTestFinished(async () => {
    if (command.child.exitCode === null) command.child.kill('SIGKILL');
    await command.outcome;
  });
  return command;
}

export function lectern(args: readonly string[], options?: CommandOptions): Promise<Outcome> {
  return spawnLectern(args, options).outcome;
}

function spawnLectern(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const command = [process.execPath, CLI, ...args];
  // POSIX counts it in blocks of 512 bytes.
  const limit = options.maxFileKibibytes === undefined ? '' : `ulimit -f ${options.maxFileKibibytes * 2};`;
  const child = spawn('sh', ['-c', `${limit} exec "$@"`, 'sh', ...command], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const outcome = once(child, 'close').then(() => ({ code: child.exitCode, ...said }));
  return {
    child,
    outcome,
    async says(words) {
      while (!said.stderr.includes(words)) {
        const ended = await Promise.race([
          once(child.stderr, 'data').then(() => false),
          outcome.then(() => true),
        ]);
        if (ended && !said.stderr.includes(words))
          throw new Error(`expected the command to say "${words}", it ended with: ${said.stderr}`);
      }
    },
  };
}

const listing = z.object({ sessions: z.array(z.object({ id: z.string(), status: z.string() })) });

export async function sessionsIn(dir: string) {
  const { stdout } = await lectern(['list', '--json', '--dir', dir]);
  return listing.parse(JSON.parse(stdout)).sessions;
}

/** A 16 kHz mono WAV whose samples count up, so that every stretch of it is known. */
export async function writeRamp(folder: string, seconds: number): Promise<string> {
  const wav = new wavefile.WaveFile();
  const samples = Int16Array.from({ length: seconds * 16_000 }, (_, index) => (index % 60_000) - 30_000);
  wav.fromScratch(1, 16_000, '16', samples);
  const path = join(folder, `ramp-${seconds}.wav`);
  await writeFile(path, wav.toBuffer());
  return path;
}

/** Speech-like noise, as ffmpeg makes it from its file name. */
export async function writeNoise(path: string, seconds: number, ...options: string[]): Promise<string> {
  const source = `anoisesrc=d=${seconds}:r=44100:a=0.3:seed=7`;
  await run('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...options, path]);
  return path;
}

/** The samples of a mono 16-bit WAV. */
export async function samplesOf(path: string): Promise<Int16Array> {
  const wav = new wavefile.WaveFile(new Uint8Array(await readFile(path)));
  return Int16Array.from(wav.getSamples(false, Float64Array));
}
