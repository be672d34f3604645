import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../runtime/run-program.ts';
import type { Machine } from './data-folder.ts';

/** Enough for about 120 MB on a slow line; after that the browser shell is the better start. */
const INSTALL_TIMEOUT_MS = 180_000;

/** The Electron executable that its package has fetched, or undefined. */
export function findElectron(
  projectDir: string,
  { environment }: Pick<Machine, 'environment'>,
): string | undefined {
  const packageDir = join(projectDir, 'node_modules', 'electron');
  try {
    const name = readFileSync(join(packageDir, 'path.txt'), 'utf8').trim();
    const executable = join(environment.ELECTRON_OVERRIDE_DIST_PATH ?? join(packageDir, 'dist'), name);
    return existsSync(executable) ? executable : undefined;
  } catch {
    return undefined;
  }
}

/** Downloads Electron's binary, which its package does only on first use. Resolves in any case. */
export async function installElectron(projectDir: string, timeoutMs = INSTALL_TIMEOUT_MS): Promise<void> {
  const installer = join(projectDir, 'node_modules', 'electron', 'install.js');
  if (!existsSync(installer)) return;
  await runProgram(process.execPath, [installer], { timeoutMs }).catch(() => undefined);
}
