import { spawn } from 'node:child_process';
import type { Machine } from './data-folder.ts';
import { findElectron, installElectron } from './electron-binary.ts';
import { shortestWindowMs } from './shortest-window.ts';

export interface RunElectronOptions {
  readonly projectDir: string;
  readonly machine: Pick<Machine, 'environment'>;
  readonly dataDir: string | undefined;
  readonly isRoot: boolean;
  /** Tells the user, in one line. */
  readonly say: (line: string) => void;
}

/** Runs the desktop app and resolves with its exit code, or with undefined where it cannot run, having said so. */
export async function runElectron(options: RunElectronOptions): Promise<number | undefined> {
  const { projectDir, machine, dataDir, isRoot, say } = options;
  let executable = findElectron(projectDir, machine);
  if (executable === undefined && machine.environment.ELECTRON_SKIP_BINARY_DOWNLOAD === undefined) {
    say('Fetching Electron, once ...');
    await installElectron(projectDir);
    executable = findElectron(projectDir, machine);
  }
  if (executable === undefined) {
    say('Electron’s binary could not be fetched, so Lectern opens in a browser window instead.');
    return undefined;
  }
  const startedMs = performance.now();
  const exitCode = await runToEnd(executable, [
    projectDir,
    ...(isRoot ? ['--no-sandbox'] : []),
    ...(dataDir === undefined ? [] : [`--dir=${dataDir}`]),
  ]);
  if (exitCode !== 0 && performance.now() - startedMs < shortestWindowMs) {
    say('Electron could not start here, so Lectern opens in a browser window instead.');
    return undefined;
  }
  return exitCode;
}

/** The app finalises by itself when told to end; this process passes the word on, and waits. */
async function runToEnd(executable: string, args: readonly string[]): Promise<number> {
  const child = spawn(executable, args, { stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, forward);
  const exitCode = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code ?? 1));
  });
  for (const signal of signals) process.off(signal, forward);
  return exitCode;
}
