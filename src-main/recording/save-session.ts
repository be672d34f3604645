import type { Catalog } from '../catalog/catalog.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { writeSessionFile } from '../files/session-file.ts';
import type { Log } from '../runtime/log.ts';

/**
 * Writes a session to the catalog and to its folders. Either may refuse, as a full disk does: the catalog then goes on
 * saying what it should, and takes it when it can; of two that differ the later one counts at the next launch.
 */
export function createSaver(
  catalog: Pick<Catalog, 'keep'>,
  log: Log,
): (session: SessionRecord, folders: readonly string[]) => Promise<void> {
  return async (session, folders) => {
    if (session.database_records) catalog.keep({ id: session.id, read: () => session });
    for (const folder of folders)
      await writeSessionFile(folder, session).catch((error: unknown) => {
        log('warn', 'session.json could not be written', { id: session.id, error });
      });
  };
}
