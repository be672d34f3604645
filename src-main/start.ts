import { parseArgs } from 'node:util';
import { toWireError } from './contract/errors.ts';
import { browserProfileDir, openBrowserWindow } from './launch/browser-window.ts';
import { build, needsBuild } from './launch/build.ts';
import { ignoreClosedOutput } from './launch/closed-output.ts';
import { hasDisplay } from './launch/display.ts';
import { findBrowser } from './launch/find-browser.ts';
import { onTermination } from './launch/on-termination.ts';
import { projectDir } from './launch/package-version.ts';
import { runElectron } from './launch/run-electron.ts';
import { shortestWindowMs } from './launch/shortest-window.ts';
import { thisMachine } from './launch/this-machine.ts';
import { parsePort, type RunningServer, startServer } from './serve.ts';
import type { Log } from './session/ports.ts';

const isRoot = process.getuid?.() === 0;
const say = (line: string) => process.stdout.write(`${line}\n`);
const logTroubles: Log = (level, message) => {
  if (level !== 'info') process.stderr.write(`${message}\n`);
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      /** Opens the browser shell even where Electron is there. */
      browser: { type: 'boolean' },
      port: { type: 'string' },
      host: { type: 'string' },
      dir: { type: 'string' },
    },
  });
  if (await needsBuild(projectDir)) {
    say('Building Lectern ...');
    await build(projectDir);
  }
  if (values.browser !== true && hasDisplay(thisMachine)) {
    const exitCode = await runElectron({
      projectDir,
      machine: thisMachine,
      dataDir: values.dir,
      isRoot,
      say,
    });
    if (exitCode !== undefined) {
      process.exitCode = exitCode;
      return;
    }
  }
  const server = await startServer({
    ...(values.port === undefined ? {} : { port: parsePort(values.port) }),
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(values.dir === undefined ? {} : { dataDir: values.dir }),
    log: logTroubles,
  });
  openBrowser(server);
}

/** Opens the app window where there can be one, else says where the page is. */
function openBrowser(server: RunningServer): void {
  const address = `${server.url}?token=${server.token}`;
  const executable = hasDisplay(thisMachine) ? findBrowser(thisMachine) : undefined;
  if (executable === undefined) {
    const missing = hasDisplay(thisMachine)
      ? 'no Chrome, Chromium or Edge was found'
      : 'there is no display for Electron or a browser';
    say(`Lectern is running, but ${missing} here. Open ${address}`);
    onTermination(() => server.close());
    return;
  }
  say(`Lectern is running at ${address}`);
  const startedMs = performance.now();
  const browser = openBrowserWindow({
    executable,
    url: server.createTicketUrl(),
    profileDir: browserProfileDir(executable, server.dataDir, thisMachine),
    isRoot,
  });
  const end = onTermination(async () => {
    await server.close();
    browser.kill();
  });
  browser.once('error', () => say(`The browser could not be started. Open ${address}`));
  browser.once('exit', () => {
    if (performance.now() - startedMs < shortestWindowMs)
      say(`If no window opened, open ${address} (Ctrl-C ends Lectern).`);
    else endWhenIdle(server, address, end);
  });
}

/** Ends at once where nothing is being recorded, else when the last recording has ended. */
function endWhenIdle({ recorder }: RunningServer, address: string, end: () => void): void {
  if (recorder.activeSessions().length === 0) {
    end();
    return;
  }
  say(`A recording is still running, so Lectern goes on until it ends. It is at ${address}`);
  recorder.onActivityChange((active) => {
    if (active === 0) end();
  });
}

ignoreClosedOutput();
try {
  await main();
} catch (error) {
  process.stderr.write(`${toWireError(error).message}\n`);
  process.exitCode = 1;
}
