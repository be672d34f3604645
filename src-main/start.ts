import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { toWireError } from './contract/errors.ts';
import { createBrowserShell } from './launch/browser-shell.ts';
import { browserProfileDir, openBrowserWindow } from './launch/browser-window.ts';
import { build, needsBuild } from './launch/build.ts';
import { ignoreClosedOutput } from './launch/closed-output.ts';
import { defaultDataDir } from './launch/data-folder.ts';
import { hasDisplay } from './launch/display.ts';
import { findBrowser } from './launch/find-browser.ts';
import { onTermination } from './launch/on-termination.ts';
import { projectDir } from './launch/package-version.ts';
import { runElectron } from './launch/run-electron.ts';
import { findRunningServer, type ServerNote } from './launch/server-note.ts';
import { showRunning } from './launch/show-running.ts';
import { createTerminalStatus } from './launch/terminal-status.ts';
import { thisMachine } from './launch/this-machine.ts';
import { parsePort, type RunningServer, type ServerOptions, startServer } from './serve.ts';
import type { Log } from './runtime/log.ts';

const isRoot = process.getuid?.() === 0;
const say = (line: string) => process.stdout.write(`${line}\n`);
const status = createTerminalStatus(process.stdout);
const logTroubles: Log = (level, message) => {
  if (level !== 'info') process.stderr.write(`${message}\n`);
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      /** Opens the browser shell even where Electron is available. */
      browser: { type: 'boolean' },
      port: { type: 'string' },
      host: { type: 'string' },
      dir: { type: 'string' },
    },
  });
  const dataDir = resolve(values.dir ?? defaultDataDir(thisMachine));
  const running = await findRunningServer(dataDir);
  if (running?.kind === 'app') return show(running, dataDir);
  if (await needsBuild(projectDir)) {
    status.show('Building Lectern ...');
    await build(projectDir);
    status.clear();
  }
  let why: string | undefined;
  if (values.browser !== true && hasDisplay(thisMachine)) {
    const run = await runElectron({ projectDir, machine: thisMachine, dataDir: values.dir, isRoot, status });
    if ('exitCode' in run) {
      process.exitCode = run.exitCode;
      return;
    }
    why = run.unavailable;
  }
  if (running !== undefined) return show(running, dataDir);
  await runInBrowser(
    {
      ...(values.port === undefined ? {} : { port: parsePort(values.port) }),
      ...(values.host === undefined ? {} : { host: values.host }),
      dataDir,
    },
    why,
  );
}

/** Shows the user the Lectern that is already running. */
function show(running: ServerNote, dataDir: string): Promise<void> {
  const executable = browserHere();
  return showRunning(running, {
    say,
    openHere: (url) => {
      if (executable === undefined) return false;
      const profileDir = browserProfileDir(executable, dataDir, thisMachine);
      openBrowserWindow({ executable, url, profileDir, isRoot })
        .once('error', () => undefined)
        .unref();
      return true;
    },
  });
}

function browserHere(): string | undefined {
  return hasDisplay(thisMachine) ? findBrowser(thisMachine) : undefined;
}

/** Serves until the last window is closed, or without a window until a signal comes. */
async function runInBrowser(
  options: ServerOptions & { readonly dataDir: string },
  why: string | undefined,
): Promise<void> {
  const executable = browserHere();
  const shell =
    executable === undefined
      ? undefined
      : createBrowserShell({
          executable,
          profileDir: browserProfileDir(executable, options.dataDir, thisMachine),
          isRoot,
          createUrl: () => server.createTicketUrl(),
          onClosed: () => endWhenIdle(server, address, end, () => shell?.isOpen() === true),
          onUncertain: () => say(`If no window opened, open ${address} (Ctrl-C ends Lectern).`),
          onFailed: () => say(`The browser could not be started. Open ${address}`),
        });
  const server = await startServer({
    ...options,
    log: logTroubles,
    ...(shell === undefined ? {} : { openWindow: shell.open }),
  });
  const address = `${server.url}?token=${server.token}`;
  const first = server.announced ? undefined : await findRunningServer(options.dataDir);
  if (first !== undefined) {
    await server.close();
    return show(first, options.dataDir);
  }
  const end = onTermination(async () => {
    await server.close();
    shell?.close();
  });
  say(announcement(address, { why, hasWindow: shell !== undefined }));
  shell?.open();
}

/** All that a user must know about the start, in one line. */
function announcement(
  address: string,
  { why, hasWindow }: { readonly why: string | undefined; readonly hasWindow: boolean },
): string {
  if (hasWindow)
    return why === undefined
      ? `Lectern is running at ${address}`
      : `${why}, so Lectern is running in a browser window, at ${address}`;
  if (!hasDisplay(thisMachine))
    return `Lectern is running, but there is no display for Electron or a browser here. Open ${address}`;
  return why === undefined
    ? `Lectern is running, but no Chrome, Chromium or Edge was found here. Open ${address}`
    : `Lectern is running, but ${why}, and no Chrome, Chromium or Edge was found here. Open ${address}`;
}

/** Ends at once where nothing is recording, else after the last recording, if no window is open then. */
function endWhenIdle(
  { recorder }: RunningServer,
  address: string,
  end: () => void,
  isOpen: () => boolean,
): void {
  if (recorder.activeSessions().length === 0) {
    end();
    return;
  }
  say(`A recording is still running, so Lectern goes on until it ends. It is at ${address}`);
  const stop = recorder.onActivityChange((active) => {
    if (active > 0) return;
    stop();
    if (!isOpen()) end();
  });
}

ignoreClosedOutput();
try {
  await main();
} catch (error) {
  process.stderr.write(`${toWireError(error).message}\n`);
  process.exitCode = 1;
}
