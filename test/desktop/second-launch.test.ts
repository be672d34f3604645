import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LOCK_FILE } from '../support/electron-double/instance-lock.ts';
import { launchDouble } from '../support/electron-double/launch.ts';
import { describeOnEachHost, projectDir, type DesktopApp } from './hosts.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lectern-desktop-'));
});

afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

describeOnEachHost('launching Lectern twice', (host) => {
  it('ends the second and brings the first to the front', async () => {
    const app: DesktopApp = await host.launch({ dataDir });
    try {
      await app.evaluateMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
      await expect.poll(() => isMinimized(app)).toBe(true);
      expect((await host.launchToEnd({ dataDir })).code).toBe(0);
      await expect.poll(() => isMinimized(app)).toBe(false);
    } finally {
      await app.dispose();
    }
  });
});

it('refuses the second launch before anything opens the catalog', async () => {
  // This test itself holds the lock, so that whatever lies in the folder afterwards, the refused launch left there.
  const profileDir = join(dataDir, 'desktop-profile');
  mkdirSync(profileDir);
  writeFileSync(join(profileDir, LOCK_FILE), String(process.pid));
  const second = launchDouble({ projectDir, args: [`--dir=${dataDir}`] });
  try {
    expect(await second.exited).toBe(0);
  } finally {
    await second.dispose();
  }
  expect(existsSync(join(dataDir, 'lectern.db'))).toBe(false);
  expect(existsSync(join(dataDir, 'recordings'))).toBe(false);
});

async function isMinimized(app: DesktopApp): Promise<boolean | undefined> {
  return app.evaluateMain(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized());
}
