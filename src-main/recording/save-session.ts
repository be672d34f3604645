import type { Catalog } from '../catalog/catalog.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { writeSessionFile } from '../files/session-file.ts';
import type { Log } from '../runtime/log.ts';

/**
 * Writes a session to the catalog and to its folders. Each may refuse, as on a full disk. The catalog then keeps the
 * write in its queue, its answers include it, and it is written as soon as that is possible. Where the two differ at
 * the next launch, the later account counts.
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
