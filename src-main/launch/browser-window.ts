import { type ChildProcess, spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Machine } from './data-folder.ts';
import { makeFolderSync } from '../disk/make-folder.ts';

export interface BrowserWindowOptions {
  readonly executable: string;
  readonly url: string;
  /** The browser's own profile for Lectern: its microphone permission stays apart from the user's browsing. */
  readonly profileDir: string;
  readonly isRoot: boolean;
}

export function browserArguments({
  url,
  profileDir,
  isRoot,
}: Omit<BrowserWindowOptions, 'executable'>): string[] {
  return [
    `--app=${url}`,
    `--user-data-dir=${profileDir}`,
    '--no-first-run',
    '--no-default-browser-check',
    // A hidden window goes on recording and drawing its meters.
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    // Chrome refuses to run as root with its sandbox.
    ...(isRoot ? ['--no-sandbox'] : []),
  ];
}

/** Where the profile goes: the data folder, except for snaps, which may not enter hidden folders. */
export function browserProfileDir(
  executable: string,
  dataDir: string,
  { homeDir }: Pick<Machine, 'homeDir'>,
): string {
  const isSnap = /^\/snap\/|^\/usr\/bin\/snap$/.test(realpathSync(executable));
  return isSnap
    ? join(homeDir, 'snap', basename(executable), 'common', 'lectern')
    : join(dataDir, 'browser-profile');
}

/** Opens the app window. The process lives as long as the window, unless a running browser took it over. */
export function openBrowserWindow(options: BrowserWindowOptions): ChildProcess {
  makeFolderSync(options.profileDir);
  return spawn(options.executable, browserArguments(options), { stdio: 'ignore' });
}
