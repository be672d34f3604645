import type { Catalog } from '../catalog/catalog.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { isFolderSync } from '../disk/regular-file.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { readSessionFile } from '../files/session-file.ts';
import { sessionFolder } from '../files/session-folder.ts';
import type { Log } from '../runtime/log.ts';
import type { SessionSpec } from '../session/ports.ts';

export interface EarlierTakeOptions {
  readonly catalog: Pick<Catalog, 'get'>;
  readonly dirs: RecordingsDirs;
  readonly log: Log;
}

/** The session of this id as an earlier take left it: by the catalog, else by its folder. Undefined where there is none. */
export async function findEarlierTake(
  id: string,
  { catalog, dirs, log }: EarlierTakeOptions,
): Promise<SessionRecord | undefined> {
  try {
    const known = catalog.get(id);
    if (known !== undefined) return known;
  } catch (error) {
    log('error', 'the catalog could not be read', { id, error });
  }
  for (const folder of dirs.candidatesOf(id)) {
    const written = await readSessionFile(folder, id);
    if (written !== undefined) return dirs.withKnownDirs(written);
  }
  return undefined;
}

/**
 * The folder to record in. A session that is recorded again stays where it is, even if its profile names another
 * folder now.
 */
export function dirFor(spec: SessionSpec, earlier: SessionRecord | undefined, dirs: RecordingsDirs): string {
  const wanted = spec.recordingsDir ?? dirs.usual;
  if (earlier === undefined) return wanted;
  const own = earlier.recordings_dir ?? dirs.usual;
  const elsewhere = dirs.all().filter((dir) => dir !== earlier.fallback_dir);
  return [own, ...elsewhere].find((dir) => isFolderSync(sessionFolder(dir, spec.sessionId))) ?? wanted;
}
