import { BrowserWindow } from 'electron';
import { existsSync } from 'node:fs';
import type { Log } from '../runtime/log.ts';
import { APP_PAGE } from './app-origin.ts';
import { confineNavigation } from './navigation.ts';
import { MINIMUM_HEIGHT, MINIMUM_WIDTH, readBounds, rememberBounds } from './window-bounds.ts';

interface AppWindowOptions {
  /** The bundled preload, absolute. */
  readonly preloadPath: string;
  /** Used where the system shows one; left out if the file is not there. */
  readonly iconPath: string;
  /** Where bounds are kept between launches. */
  readonly boundsPath: string;
  readonly log: Log;
}

/** The page is reloaded after this many crashes in a row at most. */
const MAX_RELOADS = 3;

export function openAppWindow({ preloadPath, iconPath, boundsPath, log }: AppWindowOptions): BrowserWindow {
  const window = new BrowserWindow({
    ...readBounds(boundsPath),
    minWidth: MINIMUM_WIDTH,
    minHeight: MINIMUM_HEIGHT,
    title: 'Lectern',
    show: false,
    ...(existsSync(iconPath) && { icon: iconPath }),
    webPreferences: {
      preload: preloadPath,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      // A hidden window must go on recording.
      backgroundThrottling: false,
    },
  });
  confineNavigation(window.webContents);
  rememberBounds(window, boundsPath, log);
  reloadAfterCrash(window, log);
  window.once('ready-to-show', () => window.show());
  window.loadURL(APP_PAGE).catch((error: unknown) => {
    log('error', 'the page did not load', { error: String(error) });
    if (!window.isDestroyed()) window.show();
  });
  return window;
}

/** Brings the window to the front, for a second launch or a click on the dock. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Sessions live in the main process, so a page that crashed can return to its session. */
function reloadAfterCrash(window: BrowserWindow, log: Log): void {
  let reloads = 0;
  window.webContents.on('render-process-gone', (_event, details) => {
    log('error', 'the page crashed', { reason: details.reason, exitCode: details.exitCode });
    if (details.reason === 'clean-exit' || reloads >= MAX_RELOADS || window.isDestroyed()) return;
    reloads += 1;
    window.webContents.reload();
  });
}
