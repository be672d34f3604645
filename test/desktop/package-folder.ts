import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type DesktopElectron, testCacheFolder } from '../setup/desktop-electron.ts';
import { repository } from '../setup/steps.ts';
import { built } from './desktop-environment.ts';

/** What goes into a package, or says how. */
const SOURCES = ['out', 'resources', 'package.json', 'package-lock.json', 'electron-builder.yml'];
/** A package of sources that have changed since is in nobody's way for this long. */
const UNUSED_MS = 60 * 60 * 1000;

/**
 * The app as electron-builder packs it into a folder for Linux, around this Electron: made once for the same sources,
 * outside of the checkout. Where better-sqlite3's own library asks for a newer Node-API, the one built for it is in its place.
 */
export async function packageFolder(electron: DesktopElectron): Promise<string> {
  await built;
  const folder = join(testCacheFolder(), `packaged-${await hashOfSources(electron)}`);
  if (!existsSync(folder)) {
    await mkdir(dirname(folder), { recursive: true });
    // Beside its place, so that it appears there whole or not at all.
    const work = await mkdtemp(`${folder}-`);
    try {
      const packed = await pack(electron, work);
      // Another run may have been there first.
      if (!existsSync(folder)) await rename(packed, folder);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  const now = new Date();
  await utimes(folder, now, now);
  await removeUnused(folder);
  return folder;
}

async function pack({ path, version, sqlitePath }: DesktopElectron, output: string): Promise<string> {
  const builder = join(repository, 'node_modules/electron-builder/cli.js');
  await promisify(execFile)(
    process.execPath,
    [
      ...[builder, '--linux', 'dir', '--publish', 'never'],
      ...[`-c.electronDist=${dirname(path)}`, `-c.electronVersion=${version}`],
      `-c.directories.output=${output}`,
    ],
    { cwd: repository, maxBuffer: Infinity },
  );
  const packed = join(output, 'linux-unpacked');
  if (sqlitePath === undefined) return packed;
  // What stands beside and in the substitute to start an app that is not packed.
  await rm(join(packed, 'resources/app'), { recursive: true });
  await rm(join(packed, basename(sqlitePath)));
  const prebuilds = 'resources/app.asar.unpacked/node_modules/better-sqlite3/prebuilds';
  await copyFile(sqlitePath, join(packed, prebuilds, `${process.platform}-${process.arch}.node`));
  return packed;
}

async function hashOfSources({ path, version }: DesktopElectron): Promise<string> {
  const hash = createHash('sha256').update(`${version}\n${path}\n`);
  hash.update(await readFile(import.meta.filename));
  for (const source of SOURCES) {
    const at = join(repository, source);
    const isFolder = (await stat(at)).isDirectory();
    const files = isFolder ? await filesIn(at) : [at];
    for (const file of files) hash.update(`${file}\n`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

async function removeUnused(used: string): Promise<void> {
  for (const name of await readdir(dirname(used))) {
    const other = join(dirname(used), name);
    if (!name.startsWith('packaged-') || other === used) continue;
    const found = await stat(other).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < Date.now() - UNUSED_MS)
      await rm(other, { recursive: true, force: true });
  }
}
