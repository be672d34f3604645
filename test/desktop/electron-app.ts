import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Electron from 'electron';
import { _electron, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';
import { findDesktopElectron } from '../setup/desktop-electron.ts';
import { repository } from '../setup/steps.ts';
import { appFolderFor, copyApp } from './app-folder.ts';
import { asRoot, built, environment } from './desktop-environment.ts';
import { untilLoaded } from './until-loaded.ts';

export interface LaunchOptions {
  readonly dataDir: string;
  /** Switches of Chromium. */
  readonly chromiumArgs?: readonly string[];
  /** Variables on top of this process's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Changes a copy of the built app before it is started. */
  readonly spoil?: (appFolder: string) => Promise<void>;
}

type InMain<Result> = (electron: typeof Electron, text: string) => Result | Promise<Result>;

/** The desktop app as a test drives it. */
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
  /** Ends what is left, helper processes included. */
  dispose(): Promise<void>;
}

const installed = findDesktopElectron();
/** Built once for all tests of a file. */
let appFolder: Promise<string> | undefined;

/** What starts the app as it was built, with a debugger's way into its main process. */
export async function launchArguments({ dataDir, chromiumArgs = [], spoil }: LaunchOptions): Promise<{
  executablePath: string;
  args: string[];
}> {
  if (installed === undefined) throw new Error('there is no Electron to run it');
  await built;
  appFolder ??= appFolderFor(repository, installed);
  const folder = spoil === undefined ? await appFolder : await copyApp(repository, installed.sqlitePath);
  await spoil?.(folder);
  return {
    executablePath: installed.path,
    args: [...asRoot, ...chromiumArgs, folder, `--dir=${dataDir}`],
  };
}

export async function launchApp(options: LaunchOptions): Promise<DesktopApp> {
  const env = await environment(options.env);
  const app = await _electron.launch({ ...(await launchArguments(options)), env });
  const child = app.process();
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  // Its helpers write to the same pipes, and into its profile, until they end too.
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const dispose = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await app.close().catch(() => undefined);
    await closed;
  };
  const page = await app
    .firstWindow()
    .then(untilLoaded)
    .catch(async (error: unknown) => {
      await dispose();
      throw error;
    });
  return {
    page,
    exited,
    reattach: () => attachAgain(options.dataDir),
    pages: () => app.windows(),
    evaluateMain: (inMain, text = '') => app.evaluate(inMain, text),
    kill: (signal) => {
      child.kill(signal);
    },
    dispose,
  };
}

async function attachAgain(dataDir: string): Promise<Page> {
  const [port] = readFileSync(join(dataDir, 'desktop-profile/DevToolsActivePort'), 'utf8').split('\n');
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port ?? ''}`);
  const page = browser.contexts()[0]?.pages()[0];
  if (page === undefined) throw new Error('expected the window’s page');
  return untilLoaded(page);
}

/** Runs `suite` on the Electron that is here. Where there is none its tests are reported as skipped, with the reason in their names. */
export function describeOnElectron(title: string, suite: () => void): void {
  const where =
    installed === undefined
      ? ' (skipped: there is no Electron to run it)'
      : `, on Electron ${installed.version}`;
  describe.skipIf(installed === undefined)(`${title}${where}`, suite);
}
