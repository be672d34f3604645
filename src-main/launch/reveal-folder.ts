import { spawn } from 'node:child_process';
import { LecternError } from '../contract/errors.ts';
import type { Machine } from './data-folder.ts';
import { hasDisplay } from './display.ts';

/** The program that shows a folder in the platform's file manager. */
export function folderOpener(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'explorer.exe' : platform === 'darwin' ? 'open' : 'xdg-open';
}

/** Shows a folder in the file manager. Rejects with REVEAL_UNAVAILABLE, naming the folder, where there is none. */
export function createRevealFolder(machine: Machine): (path: string) => Promise<void> {
  return (path) => {
    const unavailable = (cause?: unknown) =>
      new LecternError('REVEAL_UNAVAILABLE', `There is no file manager to open here. The folder is ${path}`, {
        cause,
      });
    if (!hasDisplay(machine)) return Promise.reject(unavailable());
    return new Promise((resolve, reject) => {
      // Not waited for: some file managers live as long as their window.
      const opener = spawn(folderOpener(machine.platform), [path], { detached: true, stdio: 'ignore' });
      opener.once('error', (error) => reject(unavailable(error)));
      opener.once('spawn', () => {
        opener.unref();
        resolve();
      });
    });
  };
}
