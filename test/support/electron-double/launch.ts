import type * as Electron from 'electron';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { fromJson } from './from-json.ts';
import { OPTIONS_VARIABLE, type DoubleOptions } from './options.ts';

export interface DoubleLaunch extends Partial<DoubleOptions> {
  /** Holds package.json and out/. */
  readonly projectDir: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

type FromChild =
  { kind: 'browser'; debuggerUrl: string; pid: number } | ({ kind: 'answer'; id: number } & Answer);

interface Answer {
  /** The result as JSON, which parses to what the caller's own function gave. */
  readonly json?: string;
  readonly error?: string;
}

/** The built main bundle in a process of its own, over Chromium. */
export interface DoubleApp {
  readonly pid: number;
  /** Resolves with the exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
  stderr(): string;
  /** Attaches to Chromium, anew each time. Rejects if the app ends before it has one. */
  attach(): Promise<Page>;
  /** Runs a function in the main process with the double's exports. It travels as text, its result as JSON. */
  evaluate<Result>(
    inMain: (electron: typeof Electron, text: string) => Result | Promise<Result>,
    text?: string,
  ): Promise<Result>;
  kill(signal: NodeJS.Signals): void;
  /** Ends what is left, at once. */
  dispose(): Promise<void>;
}

export function launchDouble(launch: DoubleLaunch): DoubleApp {
  const options: DoubleOptions = {
    chromiumPath: launch.chromiumPath ?? process.env['LECTERN_CHROMIUM'] ?? '/usr/bin/chromium',
    chromiumArgs: launch.chromiumArgs ?? [],
  };
  const child = spawn(
    process.execPath,
    [
      '--import',
      new URL('./register.ts', import.meta.url).href,
      join(launch.projectDir, 'out/main/main.js'),
      ...(launch.args ?? []),
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...launch.env, [OPTIONS_VARIABLE]: JSON.stringify(options) },
    },
  );
  let said = '';
  child.stdout?.resume();
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const answers = new Map<number, (answer: Answer) => void>();
  let lastId = 0;
  let browserPid: number | undefined;
  const browsers: Browser[] = [];

  const debuggerUrl = new Promise<string>((resolve, reject) => {
    child.on('message', (message: FromChild) => {
      if (message.kind === 'browser') {
        browserPid = message.pid;
        resolve(message.debuggerUrl);
        return;
      }
      answers.get(message.id)?.(message);
      answers.delete(message.id);
    });
    child.once('exit', (code, signal) => {
      reject(new Error(`the app ended (${code ?? signal}) before it opened a window:\n${said}`));
      for (const answer of answers.values()) answer({ error: `the app ended (${code ?? signal}):\n${said}` });
    });
  });
  debuggerUrl.catch(() => undefined);

  return {
    pid: child.pid ?? -1,
    exited,
    stderr: () => said,
    attach: async () => {
      const browser = await chromium.connectOverCDP(await debuggerUrl);
      browsers.push(browser);
      const [context] = browser.contexts();
      if (context === undefined) throw new Error('expected Chromium to have a context');
      return context.pages()[0] ?? (await context.waitForEvent('page'));
    },
    evaluate: (inMain, text = '') =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        answers.set(id, ({ json, error }) => {
          if (error !== undefined) reject(new Error(error));
          else resolve(fromJson(json ?? 'null'));
        });
        child.send({ id, source: inMain.toString(), text }, (error) => {
          if (error) reject(error);
        });
      }),
    kill: (signal) => {
      child.kill(signal);
    },
    dispose: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
      // It ends with the pipe, but goes on writing its profile for a moment.
      if (browserPid !== undefined) await untilGone(browserPid);
      await Promise.all(browsers.map((browser) => browser.close().catch(() => undefined)));
    },
  };
}

async function untilGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      return;
    }
    await setTimeout(20);
  }
}
