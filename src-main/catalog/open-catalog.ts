import { existsSync, renameSync } from 'node:fs';
import { LecternError } from '../contract/errors.ts';
import type { Log } from '../runtime/log.ts';
import { openCatalog, type Catalog } from './catalog.ts';

/**
 * Opens the catalog, whatever state its file is in. A corrupt file is set aside; one that cannot be written is replaced
 * by a database in memory. Both are then filled again from the `session.json` of each recording, and recording works.
 * Throws CATALOG_UNAVAILABLE only for a catalog of a newer version.
 */
export function openCatalogOrSubstitute(path: string, log: Log): Catalog {
  try {
    return openCatalog(path, log);
  } catch (error) {
    const code = causeCode(error);
    if (error instanceof LecternError && code === undefined) throw error;
    if (code !== undefined && (/^SQLITE_(CORRUPT|NOTADB)/.test(code) || isMalformed(error))) {
      try {
        const aside = setAside(path);
        log('error', 'the catalog was damaged; it has been set aside and is made anew from the recordings', {
          aside,
        });
        return openCatalog(path, log);
      } catch (again) {
        log('error', 'the catalog could not be made anew', { error: again });
      }
    }
    log('error', 'the catalog cannot be written; this launch keeps it in memory', { error });
    return openCatalog(':memory:', log);
  }
}

/** A damaged schema has the code of any mistake in SQL. */
function isMalformed(error: unknown): boolean {
  return error instanceof Error && error.cause instanceof Error && error.cause.message.includes('malformed');
}

function causeCode(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}

/** The database and its journals, under names that say what they are. */
function setAside(path: string): string {
  let number = 1;
  while (existsSync(`${path}.damaged-${number}`)) number++;
  const aside = `${path}.damaged-${number}`;
  for (const suffix of ['', '-wal', '-shm'])
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}
