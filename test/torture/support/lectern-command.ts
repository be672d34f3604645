import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { sessionRecordSchema, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import { trackChild } from './cleanup.ts';
import { repository } from './engine-process.ts';

/** Runs the real command and gives what it printed; rejects unless it exits with 0. */
async function lectern(...args: string[]): Promise<string> {
  const child = start(args);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code: unknown = (await once(child, 'close'))[0];
  if (code !== 0) throw new Error(`lectern ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
  return stdout;
}

export async function recover(dataDir: string): Promise<SessionRecord[]> {
  const printed: unknown = JSON.parse(await lectern('recover', '--json', '--dir', dataDir));
  return z.object({ recovered: z.array(sessionRecordSchema) }).parse(printed).recovered;
}

export async function listSessions(dataDir: string): Promise<SessionRecord[]> {
  const printed: unknown = JSON.parse(await lectern('list', '--json', '--limit', '1000', '--dir', dataDir));
  return z.object({ sessions: z.array(sessionRecordSchema) }).parse(printed).sessions;
}

/** Recovers, and is killed while it does, with its encoders. */
export async function recoverAndKill(dataDir: string, afterMs: number): Promise<void> {
  const child = start(['recover', '--dir', dataDir]);
  const ended = once(child, 'close');
  child.stdout.resume();
  child.stderr.resume();
  await Promise.race([ended, delay(afterMs)]);
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  await ended;
}

/** What a recovery said, on a disk of the test's choice, with what it left as it was. */
export async function recoverOn(
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly recovered: readonly SessionRecord[]; readonly unfinished: readonly string[] }> {
  const child = start(['recover', '--json', '--dir', dataDir], env);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code: unknown = (await once(child, 'close'))[0];
  const said = z
    .object({
      recovered: z.array(sessionRecordSchema),
      unfinished: z.array(z.object({ id: z.string(), reason: z.string() })),
    })
    .parse(JSON.parse(stdout));
  if (code !== (said.unfinished.length === 0 ? 0 : 1))
    throw new Error(`lectern recover ended with ${String(code)}: ${stderr}`);
  return { recovered: said.recovered, unfinished: said.unfinished.map(({ id }) => id) };
}

/** Recovers on a disk of the test's choice, where all that is asked is that it ends by itself. */
export async function recoverIfItCan(dataDir: string, env: Readonly<Record<string, string>>): Promise<void> {
  const child = start(['recover', '--json', '--dir', dataDir], env);
  let stderr = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), 120_000);
  const code: unknown = (await once(child, 'close'))[0];
  clearTimeout(timer);
  if (code !== 0 && code !== 1) throw new Error(`lectern recover ended with ${String(code)}: ${stderr}`);
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['src-main/cli.ts', ...args], {
    cwd: repository,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  trackChild(child);
  return child;
}
