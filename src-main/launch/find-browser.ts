import { accessSync, constants } from 'node:fs';
import { delimiter, join, posix, win32 } from 'node:path';
import type { Machine } from './data-folder.ts';

const LINUX_NAMES = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
];
const MAC_APPS = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
const WINDOWS_PATHS = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
];

/** Where Chrome, Chromium or Edge may be on this kind of machine, best first. */
export function browserCandidates({ platform, environment, homeDir }: Machine): readonly string[] {
  if (platform === 'win32') {
    const roots = [environment.ProgramFiles, environment['ProgramFiles(x86)'], environment.LOCALAPPDATA];
    return WINDOWS_PATHS.flatMap((parts) =>
      roots.flatMap((root) => (root === undefined ? [] : [win32.join(root, ...parts)])),
    );
  }
  if (platform === 'darwin')
    return MAC_APPS.flatMap((app) =>
      ['/Applications', posix.join(homeDir, 'Applications')].map((folder) =>
        posix.join(folder, `${app}.app`, 'Contents', 'MacOS', app),
      ),
    );
  const folders = (environment.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return LINUX_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** LECTERN_BROWSER, else the first installed browser that can open an app window; undefined where none is. */
export function findBrowser(machine: Machine): string | undefined {
  const chosen = machine.environment.LECTERN_BROWSER;
  if (chosen !== undefined && chosen !== '') return isExecutable(chosen) ? chosen : undefined;
  return browserCandidates(machine).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
