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
const serverLine = z.object({ url: z.string(), token: z.string() });

export interface BrowserApp {
  readonly page: Page;
  readonly browser: Browser;
  /** What the page said on the console and threw. */
  readonly complaints: readonly string[];
  readonly recordingsDir: string;
  readonly origin: string;
  /** Opens the app as its user does, by the address with the token. */
  open(): Promise<void>;
  /** The sessions the engine knows, newest first. */
  sessions(): Promise<readonly SessionRecord[]>;
  /** The first turn that was heard in a session. */
  firstTurn(sessionId: string): Promise<AudioSegment | undefined>;
  /** Kills the engine without a warning and starts it again with the same data, at another address. */
  crashEngine(): Promise<void>;
  close(): Promise<void>;
}

export interface BrowserAppOptions extends ChromiumOptions {
  readonly microphone?: 'allowed' | 'denied' | 'asked';
}

/** The built app in a real Chromium, served by a real server process from a data folder of its own. */
export async function openBrowserApp(options: BrowserAppOptions = {}): Promise<BrowserApp> {
  if (await needsBuild(projectDir)) await build(projectDir);
  const dataDir = await mkdtemp(join(tmpdir(), 'lectern-app-'));
  let server = await startServerProcess(dataDir);
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

  return {
    page,
    browser,
    complaints,
    origin,
    recordingsDir: join(dataDir, 'recordings'),
    async open() {
      page.setDefaultTimeout(20_000);
      await page.goto(`${server.url}?token=${server.token}`);
    },
    async sessions() {
      const headers = { authorization: `Bearer ${server.token}` };
      const answer = await fetch(new URL('/api/sessions', server.url), { headers });
      return sessionList.parse(await answer.json()).sessions;
    },
    async firstTurn(sessionId) {
      const headers = { authorization: `Bearer ${server.token}` };
      const answer = await fetch(new URL(`/api/sessions/${sessionId}`, server.url), { headers });
      return sessionRecordSchema.parse(await answer.json()).segments[0];
    },
    async crashEngine() {
      await server.crash();
      server = await startServerProcess(dataDir);
      await browser.allowMicrophone(new URL(server.url).origin);
    },
    async close() {
      await browser.close();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startServerProcess(dataDir: string) {
  const child = spawn(process.execPath, ['src-main/serve.ts', '--port', '0', '--dir', dataDir], {
    cwd: projectDir,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const line = await Promise.race([
    once(lines, 'line').then(([text]: unknown[]) => String(text)),
    exited.then(([code]: unknown[]) =>
      Promise.reject(new Error(`expected a server, it ended with ${String(code)}`)),
    ),
  ]);
  const { url, token } = serverLine.parse(JSON.parse(line));
  return {
    url,
    token,
    async crash() {
      child.kill('SIGKILL');
      await exited;
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
