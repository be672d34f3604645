import { spawn } from 'node:child_process';
import type { Machine } from './data-folder.ts';
import { findElectron, installElectron } from './electron-binary.ts';
import { shortestWindowMs } from './shortest-window.ts';
import type { TerminalStatus } from './terminal-status.ts';

export interface RunElectronOptions {
  readonly projectDir: string;
  readonly machine: Pick<Machine, 'environment'>;
  readonly dataDir: string | undefined;
  readonly isRoot: boolean;
  readonly status: TerminalStatus;
}

export type ElectronRun = { readonly exitCode: number } | { readonly unavailable: string };

/** Runs the desktop app to its end, or returns in half a sentence why it cannot run here. */
export async function runElectron(options: RunElectronOptions): Promise<ElectronRun> {
  const { projectDir, machine, dataDir, isRoot, status } = options;
  let executable = findElectron(projectDir, machine);
  if (executable === undefined && machine.environment.ELECTRON_SKIP_BINARY_DOWNLOAD === undefined) {
    status.show('Fetching Electron, once ...');
    await installElectron(projectDir);
    status.clear();
    executable = findElectron(projectDir, machine);
  }
  if (executable === undefined) return { unavailable: 'Electron’s binary could not be fetched' };
  const startedMs = performance.now();
  const exitCode = await runToEnd(executable, [
    projectDir,
    ...(isRoot ? ['--no-sandbox'] : []),
    ...(dataDir === undefined ? [] : [`--dir=${dataDir}`]),
  ]);
  if (exitCode !== 0 && performance.now() - startedMs < shortestWindowMs)
    return { unavailable: 'Electron could not start here' };
  return { exitCode };
}

/** The app finalises its sessions when it gets a signal; this process forwards the signal, and waits. */
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
