import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Limits } from '../../../src-main/contract/limits.ts';
import { trackChild } from './cleanup.ts';

export const repository = resolve(import.meta.dirname, '../../..');

const lineSchema = z.object({ url: z.string(), ws: z.string(), token: z.string(), pid: z.int() });

export interface EngineOptions {
  readonly dataDir: string;
  /** The built page, for a browser; none is served without it. */
  readonly rendererDir?: string;
  readonly limits?: Partial<Limits>;
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Fixes the size of V8's young generation. Otherwise it doubles, up to 128 MB, when messages come faster than a
   * microphone could make them, and RSS tells of the rush and not of what is kept.
   */
  readonly steadyHeap?: boolean;
}

const STEADY_HEAP = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

export interface EngineProcess {
  readonly pid: number;
  readonly url: string;
  readonly ws: string;
  readonly token: string;
  /** What it has said on stderr. */
  readonly words: () => string;
  /** kill -9, of the engine alone or of its encoders too. The signal is with the kernel when this returns. */
  kill(whom: 'engine' | 'group'): void;
  /** Resolves when the engine and every encoder it started are gone. */
  gone(): Promise<void>;
  /** Ends it as a system does that shuts down. Rejects unless it ends well. */
  stop(): Promise<void>;
  readonly running: () => boolean;
  rssBytes(): number;
  /** Bytes of heap and buffers that are still reachable, after a collection. */
  heldBytes(): Promise<number>;
  openFiles(): number;
}

/** The real server in a process of its own, which leads a process group. */
export async function startEngine({
  dataDir,
  rendererDir,
  limits = {},
  env = {},
  steadyHeap = false,
}: EngineOptions): Promise<EngineProcess> {
  const flags = ['--expose-gc', ...(steadyHeap ? STEADY_HEAP : [])];
  const child = spawn(
    process.execPath,
    [...flags, 'test/torture/engine.ts', JSON.stringify({ dataDir, rendererDir, limits })],
    { cwd: repository, detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } },
  );
  trackChild(child);
  const exited = once(child, 'exit');
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-20_000)));
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]: unknown[]) => String(text)),
    exited.then(([code]: unknown[]): never => {
      throw new Error(`expected an engine, it ended with ${String(code)}: ${words}`);
    }),
  ]);
  const { url, ws, token, pid } = lineSchema.parse(JSON.parse(line));
  return {
    pid,
    url,
    ws,
    token,
    words: () => words,
    kill(whom) {
      process.kill(whom === 'engine' ? pid : -pid, 'SIGKILL');
    },
    async gone() {
      if (child.exitCode === null && child.signalCode === null) await exited;
      while (groupLives(pid)) await delay(10);
    },
    async stop() {
      child.kill('SIGTERM');
      const code: unknown = (await exited)[0];
      if (code !== 0) throw new Error(`expected the engine to end with 0, got ${String(code)}: ${words}`);
    },
    running: () => child.exitCode === null && child.signalCode === null,
    rssBytes: () => rssBytes(pid),
    async heldBytes() {
      words = '';
      child.kill('SIGUSR2');
      for (;;) {
        const held = /^held: (\d+)$/m.exec(words)?.[1];
        if (held !== undefined) return Number(held);
        await delay(5);
      }
    },
    openFiles: () => readdirSync(`/proc/${pid}/fd`).length,
  };
}

export function rssBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

/** Children of a process, by their program's name. */
export function childrenOf(pid: number, program: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const [, command, rest = ''] =
          /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
        return command === program && rest.split(' ')[1] === String(pid);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
