import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

const FLAGS = [
  '--headless=new',
  '--remote-debugging-port=0',
  '--no-sandbox',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--disable-gpu',
  '--password-store=basic',
  // The address bar's popup is a page of its own, loaded at every start.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
];

export interface ChromiumOptions {
  /** Added to the environment, as an audio server's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly windowSize?: { readonly width: number; readonly height: number };
}

export interface Browser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Answers the question for the microphone, for pages of this origin, before it is asked. */
  allowMicrophone(origin: string): Promise<void>;
  denyMicrophone(origin: string): Promise<void>;
  /** Opens another tab in front of the page and waits until the page knows that it is hidden. */
  hidePage(): Promise<{ show(): Promise<void> }>;
  /** The processes that pages run in, and those that Chromium keeps ready for the next. */
  pageProcesses(): Promise<readonly number[]>;
  /** Lets nothing of any page run, as a machine that swaps does, until the returned function is called. */
  freezePages(): Promise<() => void>;
  close(): Promise<void>;
}

/**
 * A fresh profile of the installed Chromium, as a user would run it: Playwright drives it but changes none of its
 * defaults, so a tab behind another one is hidden and throttled.
 */
export async function launchChromium(options: ChromiumOptions = {}): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'lectern-chromium-'));
  const { width, height } = options.windowSize ?? { width: 1200, height: 800 };
  const args = [
    ...FLAGS,
    `--user-data-dir=${profile}`,
    `--window-size=${width},${height}`,
    ...(options.args ?? []),
  ];
  const process_ = spawn(findChromium(), [...args, 'about:blank'], {
    // What it leaves behind goes with the profile.
    env: { ...process.env, ...options.env, TMPDIR: profile },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(process_, 'exit');
  const endWithUs = () => process_.kill();
  process.once('exit', endWithUs);
  const browser = await chromium.connectOverCDP(await devToolsAddress(process_), { noDefaults: true });
  const context = browser.contexts()[0];
  if (context === undefined) throw new Error('expected Chromium to have a default context, it has none');
  const page = context.pages()[0] ?? (await context.newPage());
  const control = await browser.newBrowserCDPSession();
  const pageProcesses = async () => {
    const { processInfo } = await control.send('SystemInfo.getProcessInfo');
    return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  };
  const answer = (setting: 'granted' | 'denied') => async (origin: string) => {
    await control.send('Browser.setPermission', { origin, permission: { name: 'microphone' }, setting });
  };

  return {
    context,
    page,
    allowMicrophone: answer('granted'),
    denyMicrophone: answer('denied'),
    async hidePage() {
      const inFront = await context.newPage();
      await inFront.bringToFront();
      await page.waitForFunction(() => document.visibilityState === 'hidden', undefined, { polling: 100 });
      return { show: () => inFront.close() };
    },
    pageProcesses,
    async freezePages() {
      const pages = await pageProcesses();
      for (const id of pages) process.kill(id, 'SIGSTOP');
      return () => {
        for (const id of pages) process.kill(id, 'SIGCONT');
      };
    },
    async close() {
      process.off('exit', endWithUs);
      process_.kill();
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** `LECTERN_CHROMIUM`, or the first browser of the Chromium family on PATH. */
export function findChromium(): string {
  const named = process.env['LECTERN_CHROMIUM'];
  if (named !== undefined) return named;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found === undefined) throw new Error(`expected one of ${NAMES.join(', ')} on PATH; install chromium`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function devToolsAddress(child: ChildProcess): Promise<string> {
  if (child.stderr === null) throw new Error('expected Chromium to have a stderr');
  const words: string[] = [];
  const stderr = child.stderr;
  for await (const line of createInterface(stderr)) {
    const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1];
    if (address !== undefined) {
      stderr.resume();
      return address;
    }
    words.push(line);
  }
  throw new Error(`expected Chromium to start, it said: ${words.join('\n')}`);
}
