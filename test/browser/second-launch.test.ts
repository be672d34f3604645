import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { build, needsBuild } from '../../src-main/launch/build.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const projectDir = resolve(import.meta.dirname, '../..');
const addressIn = (line: string) => /http:\S+/.exec(line)?.[0] ?? '';

beforeAll(async () => {
  if (await needsBuild(projectDir)) await build(projectDir);
});

interface Launched {
  readonly child: ChildProcess;
  readonly lines: () => readonly string[];
  readonly exited: Promise<number | null>;
}

/** `npm start` as a process, on a machine with or without a display and with a browser of ours. */
function launch(
  dataDir: string,
  environment: Record<string, string>,
  args: readonly string[] = [],
): Launched {
  const inherited = { ...process.env };
  for (const name of ['DISPLAY', 'WAYLAND_DISPLAY', 'LECTERN_BROWSER'])
    Reflect.deleteProperty(inherited, name);
  const child = spawn(
    process.execPath,
    [join(projectDir, 'src-main/start.ts'), '--dir', dataDir, '--port', '0', ...args],
    { env: { ...inherited, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    child.emit('said');
  });
  const exited = once(child, 'exit').then(() => child.exitCode);
  onTestFinished(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await exited;
  });
  return { child, exited, lines: () => said.split('\n').filter((line) => line !== '') };
}

async function firstLine({ child, lines, exited }: Launched): Promise<string> {
  while (lines()[0] === undefined) {
    await Promise.race([once(child, 'said'), exited]);
    if (child.exitCode !== null && lines()[0] === undefined) throw new Error('expected it to say something');
  }
  return lines()[0] ?? '';
}

/** A browser that notes what it was asked to open, and stays until it is ended. */
async function noteTakingBrowser(folder: string) {
  const [path, log] = [join(folder, 'browser.sh'), join(folder, 'opened')];
  await writeFile(path, `#!/bin/sh\necho "$1" >> '${log}'\nexec sleep 600\n`, { mode: 0o755 });
  return {
    environment: { DISPLAY: ':7', LECTERN_BROWSER: path },
    async opened(count: number): Promise<readonly string[]> {
      return expect
        .poll(async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').slice(0, -1), {
          timeout: 20_000,
        })
        .toHaveLength(count)
        .then(async () => (await readFile(log, 'utf8')).split('\n').slice(0, -1));
    },
  };
}

test('launched twice, the first opens its window again, and no second server is there', async () => {
  const folder = await temporaryFolder();
  const dataDir = join(folder, 'data');
  const browser = await noteTakingBrowser(folder);
  const first = launch(dataDir, browser.environment, ['--browser']);
  const address = addressIn(await firstLine(first));
  await browser.opened(1);
  expect((await stat(join(dataDir, 'server.json'))).mode & 0o777).toBe(0o600);

  const second = launch(dataDir, browser.environment, ['--browser']);
  expect(await second.exited).toBe(0);
  expect(second.lines()).toHaveLength(1);
  expect(second.lines()[0]).toContain('already running');
  expect(addressIn(second.lines()[0] ?? '')).toBe(address);
  const [, reopened = ''] = await browser.opened(2);
  // A program's arguments can be read by everybody here: the window's address works once, and is not the token.
  const ticket = reopened.replace('--app=', '');
  expect(ticket).not.toContain(new URL(address).searchParams.get('token') ?? '');
  const answers = [await fetch(ticket, { redirect: 'manual' }), await fetch(ticket, { redirect: 'manual' })];
  expect(answers.map(({ status }) => status)).toEqual([303, 401]);

  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);
  expect(first.lines()).toHaveLength(1);
  expect(existsSync(join(dataDir, 'server.json'))).toBe(false);
});

test('what a killed server left behind does not stop the next launch', async () => {
  const folder = await temporaryFolder();
  const first = launch(folder, {});
  const address = addressIn(await firstLine(first));
  const beside = launch(folder, {});
  expect(await beside.exited).toBe(0);
  expect(beside.lines()).toEqual([`Lectern is already running. Open ${address}`]);
  first.child.kill('SIGKILL');
  await first.exited;
  expect(existsSync(join(folder, 'server.json'))).toBe(true);

  const second = launch(folder, {});
  const line = await firstLine(second);
  expect(line).toContain('there is no display');
  expect(addressIn(line)).not.toBe(address);
  expect((await fetch(addressIn(line), { redirect: 'manual' })).status).toBe(303);
  second.child.kill('SIGTERM');
  expect(await second.exited).toBe(0);
});

test('of two launched at once, one serves and the other hands over to it', async () => {
  const folder = await temporaryFolder();
  const both = [launch(folder, {}), launch(folder, {})];
  await Promise.all(both.map(firstLine));
  const waiting = await Promise.race(both.map(({ exited }, index) => exited.then(() => index)));
  const serving = both[1 - waiting];
  expect(both[waiting]?.lines()).toEqual([
    `Lectern is already running. Open ${addressIn(serving?.lines()[0] ?? '')}`,
  ]);
  expect(serving?.child.exitCode).toBeNull();
});

test('where Electron cannot be had, the start says why and where in one line', async (context) => {
  if (existsSync(join(projectDir, 'node_modules/electron/path.txt')))
    context.skip('Electron’s binary is installed here');
  const folder = await temporaryFolder();
  const browser = await noteTakingBrowser(folder);
  const launched = launch(join(folder, 'data'), {
    ...browser.environment,
    ELECTRON_SKIP_BINARY_DOWNLOAD: '1',
  });
  await browser.opened(1);
  launched.child.kill('SIGTERM');
  expect(await launched.exited).toBe(0);
  expect(launched.lines()).toHaveLength(1);
  expect(launched.lines()[0]).toMatch(
    /^Electron’s binary could not be fetched, so Lectern is running in a browser window, at http:\S+$/,
  );
});
