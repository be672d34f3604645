import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fitName } from '../disk/fit-name.ts';
import { isProcessAlive } from '../runtime/processes.ts';

/** After the prefix: the process's id, random digits, an extension. */
const OWN_BYTES = 40;

/** A name beside `finalPath` for an unfinished file. It shows which process writes it. */
export function temporaryPathFor(finalPath: string, extension: string): string {
  const name = `${prefixOf(finalPath)}${process.pid}-${randomBytes(4).toString('hex')}${extension}`;
  return join(dirname(finalPath), name);
}

/** Removes unfinished files of this name that killed runs left. */
export async function removeLeftovers(finalPath: string): Promise<void> {
  const prefix = prefixOf(finalPath);
  const folder = dirname(finalPath);
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(prefix)
      ? /^(\d+)-[0-9a-f]{8}\.\w+$/.exec(name.slice(prefix.length))?.[1]
      : undefined;
    if (pid !== undefined && !isProcessAlive(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

function prefixOf(finalPath: string): string {
  return fitName(`.${basename(finalPath)}`, '.repairing-', OWN_BYTES);
}
