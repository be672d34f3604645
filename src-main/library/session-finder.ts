import type { Catalog } from '../catalog/catalog.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { readSessionFileSync } from '../files/session-file.ts';

/** Finds sessions by their id, also those that must not be in the catalog. Ids have been checked. */
export interface SessionFinder {
  find(id: string): SessionRecord | undefined;
  /** False for a session whose description is only in its folder. */
  isCatalogued(id: string): boolean;
}

export function createSessionFinder(
  catalog: Pick<Catalog, 'get' | 'has'>,
  dirs: Pick<RecordingsDirs, 'candidatesOf' | 'withKnownDirs'>,
): SessionFinder {
  const uncatalogued = (id: string): SessionRecord | undefined => {
    const written = dirs
      .candidatesOf(id)
      .map((folder) => readSessionFileSync(folder, id))
      .find((session) => session?.database_records === false);
    return written && dirs.withKnownDirs(written);
  };
  return {
    find: (id) => catalog.get(id) ?? uncatalogued(id),
    isCatalogued: (id) => catalog.has(id) || uncatalogued(id) === undefined,
  };
}
