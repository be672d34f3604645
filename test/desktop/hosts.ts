import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type * as Electron from 'electron';
import { _electron, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';
import { findDesktopElectron } from '../setup/desktop-electron.ts';
import { launchDouble } from '../support/electron-double/launch.ts';
import { appFolderFor, copyApp } from './app-folder.ts';
import { asRoot, built, environment } from './desktop-environment.ts';
import { untilLoaded } from './until-loaded.ts';

export const projectDir = resolve(import.meta.dirname, '../..');

export interface LaunchOptions {
  readonly dataDir: string;
  /** Switches of Chromium. */
  readonly chromiumArgs?: readonly string[];
}

export interface EndingLaunch extends LaunchOptions {
  /** Changes a copy of the built app before it is started. */
  readonly spoil?: (appFolder: string) => Promise<void>;
}

export interface Ending {
  readonly code: number | null;
  readonly stderr: string;
  /** The title of the box that was on the screen, which was then closed; undefined where there is no screen to look at. */
  readonly boxTitle: string | undefined;
}

type InMain<Result> = (electron: typeof Electron, text: string) => Result | Promise<Result>;

/** The desktop app as a test drives it, whichever host runs it. */
export interface DesktopApp {
  readonly page: Page;
  /** Our page once more: Playwright gives up on a page that crashed, also when it is back. */
  reattach(): Promise<Page>;
  /** Resolves with the exit code once the main process has ended. */
  readonly exited: Promise<number | null>;
  /** Pages of every window, ours first. */
  pages(): readonly Page[];
  /** Runs `inMain` in the main process. It travels as text, so it sees nothing but its parameters. */
  evaluateMain<Result>(inMain: InMain<Result>, text?: string): Promise<Result>;
  kill(signal: NodeJS.Signals): void;
  /** Ends what is left. */
  dispose(): Promise<void>;
}

export interface DesktopHost {
  readonly name: string;
  /** Why this host cannot run here; undefined where it can. */
  readonly unavailable: string | undefined;
  /** True where boxes can be seen on a screen. */
  readonly hasScreen: boolean;
  launch(options: LaunchOptions): Promise<DesktopApp>;
  /** Starts the app where it cannot stay: another already runs, or something is wrong. */
  launchToEnd(options: EndingLaunch): Promise<Ending>;
}

const double: DesktopHost = {
  name: 'the double over Chromium',
  unavailable: undefined,
  hasScreen: false,
  launch: async ({ dataDir, chromiumArgs = [] }) => {
    await built;
    const app = launchDouble({ projectDir, args: [`--dir=${dataDir}`], chromiumArgs });
    const page = await app
      .attach()
      .then(untilLoaded)
      .catch(async (error: unknown) => {
        await app.dispose();
        throw error;
      });
    return {
      page,
      reattach: () => app.attach().then(untilLoaded),
      pages: () => page.context().pages(),
      exited: app.exited,
      evaluateMain: app.evaluate,
      kill: app.kill,
      dispose: app.dispose,
    };
  },
  launchToEnd: async ({ dataDir, spoil }) => {
    await built;
    const folder = spoil === undefined ? projectDir : await copyApp(projectDir);
    await spoil?.(folder);
    const app = launchDouble({ projectDir: folder, args: [`--dir=${dataDir}`] });
    const code = await app.exited;
    await app.dispose();
    return { code, stderr: app.stderr(), boxTitle: undefined };
  },
};

const installed = findDesktopElectron();
/** Built once for all tests of a file. */
let appFolder: Promise<string> | undefined;

const electron: DesktopHost = {
  name: `Electron ${installed?.version ?? 'itself'}`,
  unavailable: installed === undefined ? 'skipped: there is no Electron to run it' : undefined,
  hasScreen: process.platform === 'linux',
  launch: async (options) => {
    const app = await _electron.launch({ ...(await launchArguments(options)), env: await environment() });
    const child = app.process();
    return {
      page: await untilLoaded(await app.firstWindow()),
      exited: new Promise((resolve) => child.once('exit', resolve)),
      reattach: async () => {
        const [port] = readFileSync(
          join(options.dataDir, 'desktop-profile/DevToolsActivePort'),
          'utf8',
        ).split('\n');
        const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port ?? ''}`);
        const page = browser.contexts()[0]?.pages()[0];
        if (page === undefined) throw new Error('expected the window’s page');
        return untilLoaded(page);
      },
      pages: () => app.windows(),
      evaluateMain: (inMain, text = '') => app.evaluate(inMain, text),
      kill: (signal) => {
        child.kill(signal);
      },
      dispose: async () => {
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
        await app.close().catch(() => undefined);
      },
    };
  },
  launchToEnd: async (options) => {
    const { executablePath, args } = await launchArguments(options);
    const env = await environment();
    const child = spawn(executablePath, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    const looking = new AbortController();
    const box = process.platform === 'linux' ? closeBox(env, looking.signal) : undefined;
    const code = await exited;
    looking.abort();
    return { code, stderr, boxTitle: await box };
  },
};

/** Waits for a box of ours on the screen, and answers it as somebody would who presses Return. */
async function closeBox(env: Record<string, string>, signal: AbortSignal): Promise<string | undefined> {
  const xdotool = (...args: string[]): Promise<string> =>
    promisify(execFile)('xdotool', args, { env }).then(
      ({ stdout }) => stdout.trim(),
      () => '',
    );
  while (!signal.aborted) {
    const [id] = (await xdotool('search', '--onlyvisible', '--name', 'could not start')).split('\n');
    if (id !== undefined && id !== '') {
      const title = await xdotool('getwindowname', id);
      await xdotool('windowfocus', '--sync', id, 'key', '--window', id, 'Return');
      return title;
    }
    await setTimeout(100, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

async function launchArguments({ dataDir, chromiumArgs = [], spoil }: EndingLaunch): Promise<{
  executablePath: string;
  args: string[];
}> {
  if (installed === undefined) throw new Error('there is no Electron to run it');
  await built;
  appFolder ??= appFolderFor(projectDir, installed);
  const folder = spoil === undefined ? await appFolder : await copyApp(projectDir, installed.sqlitePath);
  await spoil?.(folder);
  return {
    executablePath: installed.path,
    args: [...asRoot, ...chromiumArgs, folder, `--dir=${dataDir}`],
  };
}

/** Runs `suite` on every host. One that cannot run here is reported as skipped, with the reason in its name. */
export function describeOnEachHost(title: string, suite: (host: DesktopHost) => void): void {
  for (const host of [double, electron]) {
    const reason = host.unavailable === undefined ? '' : ` (${host.unavailable})`;
    describe.skipIf(host.unavailable !== undefined)(`${title}, on ${host.name}${reason}`, () => suite(host));
  }
}
