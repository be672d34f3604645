import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Page } from 'playwright-core';
import { z } from 'zod';
import type { AudioSegment } from '../../src-main/contract/audio-segment.ts';
import { type SessionRecord, sessionRecordSchema } from '../../src-main/contract/session-record.ts';
import { build, needsBuild } from '../../src-main/launch/build.ts';
import { type Browser, type ChromiumOptions, launchChromium } from './chromium.ts';

const projectDir = resolve(import.meta.dirname, '../..');
const sessionList = z.object({ sessions: z.array(sessionRecordSchema) });
const serverLine = z.object({ url: z.string(), token: z.string(), pid: z.int() });

export interface BrowserApp {
  readonly page: Page;
  readonly browser: Browser;
  /** What the page said on the console and threw. */
  readonly complaints: readonly string[];
  readonly dataDir: string;
  readonly recordingsDir: string;
  /** Where the engine was first reached. */
  readonly origin: string;
  readonly enginePid: number;
  /** Opens the app as its user does, by the address with the token; in another page, if one is given. */
  open(where?: Page): Promise<void>;
  /** The sessions the engine knows, newest first. */
  sessions(): Promise<readonly SessionRecord[]>;
  /** All that the engine knows of a session. */
  session(sessionId: string): Promise<SessionRecord>;
  /** The first turn that was heard in a session. */
  firstTurn(sessionId: string): Promise<AudioSegment | undefined>;
  /** Kills the engine without a warning. */
  killEngine(): Promise<void>;
  /** Starts it again with the same data, at another address. */
  relaunchEngine(): Promise<void>;
  /** Both. */
  crashEngine(): Promise<void>;
  /** Ends the engine as its user would. */
  stopEngine(): Promise<void>;
  close(): Promise<void>;
}

export interface BrowserAppOptions extends ChromiumOptions {
  readonly microphone?: 'allowed' | 'denied' | 'asked';
  readonly engine?: EngineOptions;
}

export interface EngineOptions {
  /** Readies the data folder before the engine starts; what it returns is added to the engine's environment. */
  readonly prepare?: (dataDir: string) => Promise<Record<string, string>> | Record<string, string>;
  /** Its command line, after Node's own name; as a user starts it unless given. */
  readonly args?: (dataDir: string) => readonly string[];
  /** Takes back what stands in the way of removing the data folder. */
  readonly tidy?: (dataDir: string) => void;
}

/** The built app in a real Chromium, served by a real server process from a data folder of its own. */
export async function openBrowserApp(options: BrowserAppOptions = {}): Promise<BrowserApp> {
  if (await needsBuild(projectDir)) await build(projectDir);
  const dataDir = await mkdtemp(join(tmpdir(), 'lectern-app-'));
  const env = { ...options.env, ...(await options.engine?.prepare?.(dataDir)) };
  const args = options.engine?.args?.(dataDir) ?? ['src-main/serve.ts', '--port', '0', '--dir', dataDir];
  const start = () => startServerProcess(args, env);
  let server = await start();
  const browser = await launchChromium(options);
  const { page } = browser;
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  const { origin } = new URL(server.url);
  if (options.microphone === 'denied') await browser.denyMicrophone(origin);
  if (options.microphone === undefined || options.microphone === 'allowed')
    await browser.allowMicrophone(origin);
  const relaunchEngine = async () => {
    server = await start();
    await browser.allowMicrophone(new URL(server.url).origin);
  };

  const session = async (sessionId: string): Promise<SessionRecord> => {
    const headers = { authorization: `Bearer ${server.token}` };
    const answer = await fetch(new URL(`/api/sessions/${sessionId}`, server.url), { headers });
    return sessionRecordSchema.parse(await answer.json());
  };

  return {
    page,
    browser,
    complaints,
    origin,
    dataDir,
    get enginePid() {
      return server.pid;
    },
    recordingsDir: join(dataDir, 'recordings'),
    async open(where = page) {
      where.setDefaultTimeout(20_000);
      await where.goto(`${server.url}?token=${server.token}`);
    },
    async sessions() {
      const headers = { authorization: `Bearer ${server.token}` };
      const answer = await fetch(new URL('/api/sessions', server.url), { headers });
      return sessionList.parse(await answer.json()).sessions;
    },
    session,
    async firstTurn(sessionId) {
      return (await session(sessionId)).segments[0];
    },
    killEngine: () => server.crash(),
    relaunchEngine,
    async crashEngine() {
      await server.crash();
      await relaunchEngine();
    },
    stopEngine: () => server.stop(),
    async close() {
      await browser.close();
      await server.stop();
      options.engine?.tidy?.(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startServerProcess(args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, args, {
    cwd: projectDir,
    // A test's engine ends where nobody holds its stdin any more.
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const line = await Promise.race([
    once(lines, 'line').then(([text]: unknown[]) => String(text)),
    exited.then(([code]: unknown[]) =>
      Promise.reject(new Error(`expected a server, it ended with ${String(code)}`)),
    ),
  ]);
  const { url, token, pid } = serverLine.parse(JSON.parse(line));
  return {
    url,
    token,
    pid,
    async crash() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await exited;
    },
  };
}
