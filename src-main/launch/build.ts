import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import { runProgram } from '../runtime/run-program.ts';

const SOURCES = [
  'src-main',
  'src-renderer',
  'resources',
  'electron.config.ts',
  'package.json',
  'package-lock.json',
];
/** The last things a build writes; all must be there, and newer than every source. */
const PRODUCTS = ['out/main/main.js', 'out/preload/preload.cjs', 'out/renderer/index.html'];

/** Whether out/ is missing or older than what it is made from. */
export async function needsBuild(projectDir: string): Promise<boolean> {
  const products = await Promise.all(PRODUCTS.map((path) => modifiedMs(join(projectDir, path))));
  if (products.includes(undefined)) return true;
  const oldestProduct = Math.min(...products.map((time) => time ?? 0));
  const sources = await Promise.all(SOURCES.map((path) => newestMs(join(projectDir, path))));
  return Math.max(...sources) > oldestProduct;
}

/** Builds the pages and the desktop's bundles. Rejects with what the builder said. */
export async function build(projectDir: string): Promise<void> {
  const builder = join(projectDir, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const args = [builder, 'build', '-c', 'electron.config.ts', '--logLevel', 'warn'];
  const { error, exitCode, words } = await runProgram(process.execPath, args, { cwd: projectDir });
  if (error === undefined && exitCode === 0) return;
  const said = words.trim() === '' ? String(error ?? `exit code ${exitCode}`) : words.trim();
  throw new LecternError(
    'INTERNAL',
    `The app could not be built. Run npm install, then npm run build. The builder said:\n${said}`,
    { cause: error },
  );
}

async function modifiedMs(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.mtimeMs;
}

/** The newest file at or under `path`. Folders count too: their time tells that a file was removed. */
async function newestMs(path: string): Promise<number> {
  const own = (await modifiedMs(path)) ?? 0;
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => []);
  const times = await Promise.all(entries.map((entry) => modifiedMs(join(entry.parentPath, entry.name))));
  return times.reduce<number>((newest, time) => Math.max(newest, time ?? 0), own);
}
