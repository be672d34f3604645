import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { asRoot, environment } from './desktop-environment.ts';
import { untilLoaded } from './until-loaded.ts';

export interface PackagedLaunch {
  /** What `packageFolder` made, or a copy of it. */
  readonly folder: string;
  readonly dataDir: string;
  /** More arguments, for the app and Chromium. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The packaged app. Its fuses keep debuggers out of its main process, so a test sees its page, its files and its words. */
export interface PackagedApp {
  readonly page: Page;
  readonly pid: number;
  /** Resolves with the exit code once it has ended. */
  readonly exited: Promise<number | null>;
  /** What it has written to stderr so far. */
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Ends what is left, helper processes included. */
  dispose(): Promise<void>;
}

export async function launchPackaged(launch: PackagedLaunch): Promise<PackagedApp> {
  const portFile = join(launch.dataDir, 'desktop-profile/DevToolsActivePort');
  // One that was killed leaves its own.
  await rm(portFile, { force: true });
  const { child, exited, closed, stderr } = await start(launch);
  const hasExited = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const dispose = async (): Promise<void> => {
    if (!hasExited()) child.kill('SIGKILL');
    await closed;
  };
  try {
    const page = await findPage(portFile, () => {
      if (hasExited()) throw new Error(`expected a window, the app ended: ${stderr()}`);
    });
    return {
      page: await untilLoaded(page),
      pid: child.pid ?? 0,
      exited,
      stderr,
      kill: (signal) => {
        child.kill(signal);
      },
      dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Starts it where it cannot stay. Resolves with its exit code. */
export async function launchPackagedToEnd(launch: PackagedLaunch): Promise<number | null> {
  const { exited, closed } = await start(launch);
  await closed;
  return exited;
}

async function start({ folder, dataDir, args = [], env = {} }: PackagedLaunch) {
  const child: ChildProcess = spawn(
    join(folder, 'lectern'),
    [
      ...asRoot,
      '--remote-debugging-port=0',
      '--use-fake-device-for-media-stream',
      `--dir=${dataDir}`,
      ...args,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: await environment(env) },
  );
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  // Its helpers write to the same pipe, and into its profile, until they end too.
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return { child, exited, closed, stderr: () => text };
}

async function findPage(portFile: string, check: () => void): Promise<Page> {
  for (;;) {
    check();
    const page = await pageBehind(portFile);
    if (page !== undefined) return page;
    await setTimeout(50);
  }
}

async function pageBehind(portFile: string): Promise<Page | undefined> {
  try {
    const [port] = readFileSync(portFile, 'utf8').split('\n');
    if (port === undefined || port === '') return undefined;
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const page = browser.contexts()[0]?.pages()[0];
    if (page === undefined) await browser.close();
    return page;
  } catch {
    return undefined;
  }
}
