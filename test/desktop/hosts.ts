import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type * as Electron from 'electron';
import { _electron, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';
import { build, needsBuild } from '../../src-main/launch/build.ts';
import { launchDouble } from '../support/electron-double/launch.ts';

export const projectDir = resolve(import.meta.dirname, '../..');

export interface LaunchOptions {
  readonly dataDir: string;
  /** Switches of Chromium. */
  readonly chromiumArgs?: readonly string[];
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
  launch(options: LaunchOptions): Promise<DesktopApp>;
  /** Starts the app where another already runs, and gives its exit code. */
  launchSecond(options: LaunchOptions): Promise<number | null>;
}

const built = needsBuild(projectDir).then((stale) => (stale ? build(projectDir) : undefined));

/** A window exists before it has loaded anything. */
async function untilLoaded(page: Page): Promise<Page> {
  await page.waitForFunction(() => 'lectern' in window);
  await page.waitForLoadState();
  return page;
}

const double: DesktopHost = {
  name: 'the double over Chromium',
  unavailable: undefined,
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
  launchSecond: async ({ dataDir }) => {
    const app = launchDouble({ projectDir, args: [`--dir=${dataDir}`] });
    const code = await app.exited;
    await app.dispose();
    return code;
  },
};

const electronPath = findElectron();

const electron: DesktopHost = {
  name: 'Electron itself',
  unavailable: electronPath === undefined ? 'skipped: Electron’s binary is not installed' : undefined,
  launch: async (options) => {
    await built;
    const app = await _electron.launch(launchArguments(options));
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
  launchSecond: (options) => {
    const { executablePath, args } = launchArguments(options);
    const child = spawn(executablePath, args, { stdio: 'ignore' });
    return new Promise((resolve) => child.once('exit', resolve));
  },
};

function launchArguments({ dataDir, chromiumArgs = [] }: LaunchOptions): {
  executablePath: string;
  args: string[];
} {
  if (electronPath === undefined) throw new Error('Electron’s binary is not installed');
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return { executablePath: electronPath, args: [...asRoot, ...chromiumArgs, projectDir, `--dir=${dataDir}`] };
}

function findElectron(): string | undefined {
  const packageDir = join(projectDir, 'node_modules/electron');
  const pathFile = join(packageDir, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const dist = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(packageDir, 'dist');
  const path = join(dist, readFileSync(pathFile, 'utf8').trim());
  return existsSync(path) ? path : undefined;
}

/** Runs `suite` on every host. One that cannot run here is reported as skipped, with the reason in its name. */
export function describeOnEachHost(title: string, suite: (host: DesktopHost) => void): void {
  for (const host of [double, electron]) {
    const reason = host.unavailable === undefined ? '' : ` (${host.unavailable})`;
    describe.skipIf(host.unavailable !== undefined)(`${title}, on ${host.name}${reason}`, () => suite(host));
  }
}
