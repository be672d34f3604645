import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { CdpPipe } from './cdp-pipe.ts';
import { CONTENT_HOST } from './content-origin.ts';
import { PageTargets } from './page-targets.ts';

export interface Chromium {
  readonly cdp: CdpPipe;
  readonly targets: PageTargets;
  /** Where a second client, the test's, attaches. */
  readonly debuggerUrl: string;
  readonly pid: number;
  end(): Promise<void>;
}

export interface ChromiumOptions {
  readonly executablePath: string;
  readonly userDataDir: string;
  readonly contentPort: number;
  readonly extraArgs: readonly string[];
}

/** Starts a Chromium without windows; each BrowserWindow makes its own. */
export async function startChromium(options: ChromiumOptions): Promise<Chromium> {
  const profile = join(options.userDataDir, 'Chromium');
  mkdirSync(profile, { recursive: true });
  const child = spawn(
    options.executablePath,
    [
      '--headless=new',
      '--no-startup-window',
      '--remote-debugging-pipe',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      `--host-resolver-rules=MAP ${CONTENT_HOST} 127.0.0.1:${options.contentPort}`,
      '--no-first-run',
      '--no-default-browser-check',
      '--no-proxy-server',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-extensions',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--password-store=basic',
      // The address bar's popup is a page of its own, loaded with every window.
      '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
      // What backgroundThrottling: false does in Electron.
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
      '--autoplay-policy=no-user-gesture-required',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...options.extraArgs,
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      // What it leaves behind goes with the profile.
      env: { ...process.env, TMPDIR: profile },
    },
  );
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const [, , , writable, readable] = child.stdio;
  const cdp = new CdpPipe(asReadable(readable), asWritable(writable));
  const debuggerUrl = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-8000);
      const found = /DevTools listening on (ws:\/\/\S+)/.exec(said);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Chromium ended (${code}) before it listened:\n${said}`)));
  });
  const targets = new PageTargets(cdp);
  await targets.start();
  return {
    cdp,
    targets,
    debuggerUrl,
    pid: child.pid ?? -1,
    end: async () => {
      await cdp.send('Browser.close').catch(() => undefined);
      await exited;
    },
  };
}

function asReadable(stream: unknown): Readable {
  if (stream instanceof Duplex) return stream;
  throw new Error('expected a pipe from Chromium');
}

function asWritable(stream: unknown): Writable {
  if (stream instanceof Duplex) return stream;
  throw new Error('expected a pipe to Chromium');
}
