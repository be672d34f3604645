import { EventEmitter } from 'node:events';
import { mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { userDataDir } from './options.ts';
import { record } from './recorded-calls.ts';

interface MessageBoxOptions {
  readonly cancelId?: number;
}

/** Nobody is there to click: the box is answered as if it were dismissed, unless a test puts its own in. */
export const dialog = {
  showMessageBox: (...args: MessageBoxOptions[]): Promise<{ response: number; checkboxChecked: boolean }> => {
    record('dialog.showMessageBox', args.at(-1));
    const { cancelId = 0 } = args.at(-1) ?? {};
    return Promise.resolve({ response: cancelId, checkboxChecked: false });
  },
  showErrorBox: (title: string, content: string): void => record('dialog.showErrorBox', title, content),
};

export const shell = {
  /** Moves to a folder beside, so that a test sees both that it is gone and that it still exists. */
  trashItem: (path: string): Promise<void> => {
    record('shell.trashItem', path);
    const trash = join(userDataDir(), 'Trash-double');
    mkdirSync(trash, { recursive: true });
    renameSync(path, join(trash, basename(path)));
    return Promise.resolve();
  },
  showItemInFolder: (path: string): void => record('shell.showItemInFolder', path),
  openPath: (path: string): Promise<string> => {
    record('shell.openPath', path);
    return Promise.resolve('');
  },
  openExternal: (url: string): Promise<void> => {
    record('shell.openExternal', url);
    return Promise.resolve();
  },
};

const blockers = new Set<number>();
let lastBlocker = -1;
export const powerSaveBlocker = {
  start: (type: string): number => {
    record('powerSaveBlocker.start', type);
    blockers.add(++lastBlocker);
    return lastBlocker;
  },
  stop: (id: number): boolean => {
    record('powerSaveBlocker.stop', id);
    return blockers.delete(id);
  },
  isStarted: (id: number): boolean => blockers.has(id),
};

export const powerMonitor = new EventEmitter();

export const nativeTheme = Object.assign(new EventEmitter(), {
  themeSource: 'system',
  shouldUseDarkColors: false,
});

export const Menu = {
  buildFromTemplate: (template: unknown): { template: unknown } => ({ template }),
  setApplicationMenu: (menu: unknown): void => record('Menu.setApplicationMenu', menu),
};

const display = {
  id: 1,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 0, width: 1920, height: 1080 },
  scaleFactor: 1,
};
export const screen = {
  getPrimaryDisplay: () => display,
  getAllDisplays: () => [display],
  getDisplayMatching: () => display,
};
