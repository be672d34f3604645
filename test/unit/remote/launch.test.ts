import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { browserArguments } from '../../../src-main/launch/browser-window.ts';
import { needsBuild } from '../../../src-main/launch/build.ts';
import { defaultDataDir } from '../../../src-main/launch/data-folder.ts';
import { hasDisplay } from '../../../src-main/launch/display.ts';
import { findElectron } from '../../../src-main/launch/electron-binary.ts';
import { browserCandidates, findBrowser } from '../../../src-main/launch/find-browser.ts';
import { moveToTrash } from '../../../src-main/launch/move-to-trash.ts';
import { createRevealFolder } from '../../../src-main/launch/reveal-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function put(path: string, { mode = 0o644, atSeconds = 1000 } = {}): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, '', { mode });
  await utimes(path, atSeconds, atSeconds);
}

it('keeps recordings where each platform keeps its data', () => {
  const at = (platform: NodeJS.Platform, environment = {}, homeDir = '/home/ann') =>
    defaultDataDir({ platform, environment, homeDir });
  expect(at('linux')).toBe('/home/ann/.local/share/lectern');
  expect(at('linux', { XDG_DATA_HOME: '/data' })).toBe('/data/lectern');
  expect(at('linux', { XDG_DATA_HOME: 'data' })).toBe('/home/ann/.local/share/lectern');
  expect(at('darwin', {}, '/Users/ann')).toBe('/Users/ann/Library/Application Support/Lectern');
  expect(at('win32', { APPDATA: 'C:\\Users\\ann\\AppData\\Roaming' })).toBe(
    'C:\\Users\\ann\\AppData\\Roaming\\Lectern',
  );
});

it('finds the browsers of each platform, Chrome first', async () => {
  const dir = await temporaryFolder();
  const machine = { platform: 'linux', environment: { PATH: dir }, homeDir: dir } as const;
  expect(findBrowser(machine)).toBeUndefined();
  await put(join(dir, 'microsoft-edge'), { mode: 0o755 });
  await put(join(dir, 'google-chrome'), { mode: 0o644 });
  expect(findBrowser(machine)).toBe(join(dir, 'microsoft-edge'));
  await put(join(dir, 'chromium'), { mode: 0o755 });
  expect(findBrowser(machine)).toBe(join(dir, 'chromium'));
  expect(findBrowser({ ...machine, environment: { PATH: dir, LECTERN_BROWSER: '/none' } })).toBeUndefined();
  expect(browserCandidates({ platform: 'darwin', environment: {}, homeDir: '/Users/ann' })).toContain(
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  );
  expect(
    browserCandidates({
      platform: 'win32',
      environment: { ProgramFiles: 'C:\\Program Files' },
      homeDir: 'C:\\',
    }),
  ).toContain('C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe');
});

it('gives up the browser sandbox for root alone', () => {
  const window = { url: 'http://127.0.0.1:1/', profileDir: '/p' };
  expect(browserArguments({ ...window, isRoot: false })).not.toContain('--no-sandbox');
  expect(browserArguments({ ...window, isRoot: true })).toContain('--no-sandbox');
});

it('knows a machine without a display', () => {
  expect(hasDisplay({ platform: 'linux', environment: {} })).toBe(false);
  expect(hasDisplay({ platform: 'linux', environment: { WAYLAND_DISPLAY: 'wayland-0' } })).toBe(true);
  expect(hasDisplay({ platform: 'darwin', environment: {} })).toBe(true);
});

it('names the folder where no file manager can show it', async () => {
  const reveal = createRevealFolder({ platform: 'linux', environment: {}, homeDir: '/' });
  const refusal: unknown = await reveal('/data/recordings/talk').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'REVEAL_UNAVAILABLE' });
  expect(String(refusal)).toContain('/data/recordings/talk');
});

it('builds when a source is newer than what was built, or nothing was', async () => {
  const dir = await temporaryFolder();
  await put(join(dir, 'src-main/main.ts'));
  await put(join(dir, 'src-renderer/deep/page.tsx'));
  for (const folder of ['src-main', 'src-renderer/deep', 'src-renderer'])
    await utimes(join(dir, folder), 1000, 1000);
  expect(await needsBuild(dir)).toBe(true);
  for (const product of ['out/main/main.js', 'out/preload/preload.cjs', 'out/renderer/index.html'])
    await put(join(dir, product), { atSeconds: 2000 });
  expect(await needsBuild(dir)).toBe(false);
  await utimes(join(dir, 'src-renderer/deep/page.tsx'), 3000, 3000);
  expect(await needsBuild(dir)).toBe(true);
});

it('takes Electron as present only when its executable is', async () => {
  const dir = await temporaryFolder();
  const machine = { environment: {} };
  expect(findElectron(dir, machine)).toBeUndefined();
  await mkdir(join(dir, 'node_modules/electron'), { recursive: true });
  await writeFile(join(dir, 'node_modules/electron/path.txt'), 'electron\n');
  expect(findElectron(dir, machine)).toBeUndefined();
  await put(join(dir, 'node_modules/electron/dist/electron'), { mode: 0o755 });
  expect(findElectron(dir, machine)).toBe(join(dir, 'node_modules/electron/dist/electron'));
});

it('moves a deleted session to the trash whole, or leaves it where it was', async (context) => {
  if (process.platform !== 'linux') context.skip('the trash of Linux');
  const dir = await temporaryFolder();
  vi.stubEnv('XDG_DATA_HOME', join(dir, 'data'));
  onTestFinished(() => void vi.unstubAllEnvs());
  await put(join(dir, 'talk [1]', 'user.wav'));
  await moveToTrash(join(dir, 'talk [1]'));
  expect(await readdir(dir)).not.toContain('talk [1]');
  const [trashed = ''] = await readdir(join(dir, 'data', 'Trash', 'files'));
  expect(await readdir(join(dir, 'data', 'Trash', 'files', trashed))).toEqual(['user.wav']);

  await rm(join(dir, 'data', 'Trash'), { recursive: true });
  await put(join(dir, 'data', 'Trash'));
  await put(join(dir, 'kept', 'user.wav'));
  expect(await moveToTrash(join(dir, 'kept')).catch((error: unknown) => error)).toMatchObject({
    code: 'TRASH_FAILED',
  });
  expect(await readdir(join(dir, 'kept'))).toEqual(['user.wav']);
});
