import type { ChildProcess } from 'node:child_process';
import { openBrowserWindow } from './browser-window.ts';
import { shortestWindowMs } from './shortest-window.ts';

export interface BrowserShellOptions {
  readonly executable: string;
  readonly profileDir: string;
  readonly isRoot: boolean;
  /** An address that opens the page once. */
  readonly createUrl: () => string;
  /** Called when the last window has closed. */
  readonly onClosed: () => void;
  /** Called when no window stayed open: perhaps a running browser took it over, perhaps there is no browser. */
  readonly onUncertain: () => void;
  readonly onFailed: () => void;
}

export interface BrowserShell {
  open(): void;
  isOpen(): boolean;
  /** Ends the browser. */
  close(): void;
}

/** The app's windows in an installed browser. */
export function createBrowserShell(options: BrowserShellOptions): BrowserShell {
  const { executable, profileDir, isRoot, createUrl } = options;
  const browsers = new Set<ChildProcess>();

  const open = (): void => {
    const startedMs = performance.now();
    const browser = openBrowserWindow({ executable, url: createUrl(), profileDir, isRoot });
    browsers.add(browser);
    browser.once('error', () => {
      browsers.delete(browser);
      options.onFailed();
    });
    browser.once('exit', () => {
      browsers.delete(browser);
      // The first browser opens a second window itself.
      if (browsers.size > 0) return;
      if (performance.now() - startedMs < shortestWindowMs) options.onUncertain();
      else options.onClosed();
    });
  };

  return {
    open,
    isOpen: () => browsers.size > 0,
    close: () => {
      for (const browser of browsers) browser.kill();
    },
  };
}
