import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DesktopElectron } from '../setup/desktop-electron.ts';

const SQLITE = 'better-sqlite3';

/** The built app as this Electron can run it: the checkout itself, or a copy with the better-sqlite3 that was built for it. */
export async function appFolderFor(projectDir: string, { sqlitePath }: DesktopElectron): Promise<string> {
  return sqlitePath === undefined ? projectDir : copyApp(projectDir, sqlitePath);
}

/**
 * A folder like the checkout with a copy of the built app, which is removed when this process ends. Packages are links.
 * @param sqlitePath better-sqlite3's library, where it is not the package's own.
 */
export async function copyApp(projectDir: string, sqlitePath?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lectern-app-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const packages = join(projectDir, 'node_modules');
  const staged = join(folder, 'node_modules');
  await mkdir(staged);
  const isOwn = (name: string): boolean => name === SQLITE && sqlitePath !== undefined;
  for (const name of await readdir(packages))
    if (!isOwn(name) && !name.startsWith('.')) await symlink(join(packages, name), join(staged, name));
  if (sqlitePath !== undefined) {
    await cp(join(packages, SQLITE, 'lib'), join(staged, SQLITE, 'lib'), { recursive: true });
    await cp(join(packages, SQLITE, 'package.json'), join(staged, SQLITE, 'package.json'));
    await cp(sqlitePath, join(staged, SQLITE, 'prebuilds', `${process.platform}-${process.arch}.node`));
  }
  for (const name of ['package.json', 'resources', 'out'])
    await cp(join(projectDir, name), join(folder, name), { recursive: true });
  return folder;
}
