import { spawnSync } from 'node:child_process';
import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** A pid that was a process of this boot and no longer is. */
export function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

/** The recordings folder as a kill at this moment would leave it: a copy whose owner is dead, gone after the test. */
export async function copyAsAfterKill(dataDir: string, { keepCatalog = true } = {}): Promise<string> {
  const copy = await temporaryFolder();
  // What is on its way into place may be gone before it is copied.
  const filter = (path: string): boolean => !path.endsWith('.new');
  await cp(join(dataDir, 'recordings'), join(copy, 'recordings'), { recursive: true, filter });
  if (keepCatalog)
    for (const name of await readdir(dataDir))
      if (name.startsWith('lectern.db')) await cp(join(dataDir, name), join(copy, name));
  for (const id of await readdir(join(copy, 'recordings'))) {
    const path = join(copy, 'recordings', id, '.owner');
    const owner = await readFile(path, 'utf8').catch(() => undefined);
    if (owner !== undefined) await writeFile(path, owner.replace(/"pid":\d+/, `"pid":${deadPid()}`));
  }
  return copy;
}
