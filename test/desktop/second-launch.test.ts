import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { asRoot, environment } from './desktop-environment.ts';
import { describeOnElectron, launchApp, launchArguments, type DesktopApp } from './electron-app.ts';
import { launchToEnd } from './launch-to-end.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lectern-desktop-'));
});

afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

describeOnElectron('launching Lectern twice', () => {
  it('ends the second and brings the first to the front', async () => {
    const app: DesktopApp = await launchApp({ dataDir });
    try {
      await expect.poll(() => minimize(app)).toBe(true);
      expect((await launchToEnd({ dataDir })).code).toBe(0);
      await expect.poll(() => isMinimized(app)).toBe(false);
    } finally {
      await app.dispose();
    }
  });

  it('refuses the second before anything opens the catalog', async () => {
    // The first is another app: whatever lies in the folder afterwards, the refused launch left there.
    const told = await holdProfile(join(dataDir, 'desktop-profile'));
    expect(await told()).toBe('held');
    expect((await launchToEnd({ dataDir })).code).toBe(0);
    expect(await told()).toBe('second launch');
    expect(existsSync(join(dataDir, 'lectern.db'))).toBe(false);
    expect(existsSync(join(dataDir, 'recordings'))).toBe(false);
  });
});

async function isMinimized(app: DesktopApp): Promise<boolean | undefined> {
  return app.evaluateMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized());
}

/** Asks once more: before a window is shown, and before a window manager has it, nothing comes of it. */
async function minimize(app: DesktopApp): Promise<boolean | undefined> {
  await app.evaluateMain(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isVisible() === true) window.minimize();
  });
  return isMinimized(app);
}

/** What holds a profile as the first launch does, and says so, and who else came, on stdout. */
const HOLDER = `const { app } = require('electron');
app.setPath('userData', process.env.PROFILE);
if (app.requestSingleInstanceLock()) console.log('held');
app.on('second-instance', () => console.log('second launch'));
`;

/** Starts an app that holds a profile. Returns what resolves with the next thing it says. */
async function holdProfile(profileDir: string): Promise<() => Promise<string>> {
  const folder = await temporaryFolder();
  await mkdir(profileDir, { recursive: true });
  await writeFile(
    join(folder, 'package.json'),
    '{ "name": "holder", "version": "1.0.0", "main": "holder.js" }',
  );
  await writeFile(join(folder, 'holder.js'), HOLDER);
  const { executablePath } = await launchArguments({ dataDir });
  const child = spawn(executablePath, [...asRoot, folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: await environment({ PROFILE: profileDir }),
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(() => {
    child.kill('SIGKILL');
    return closed;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => String((await lines.next()).value).trim();
}
