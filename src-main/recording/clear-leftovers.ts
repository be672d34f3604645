import type { SessionRecord } from '../contract/session-record.ts';
import type { Log } from '../runtime/log.ts';
import type { ChangedMaster } from './changed-masters.ts';
import { removeLeftovers } from './leftovers.ts';

/**
 * Removes the unfinished files of a crash where it can. Returns the masters that differ from what their copies were
 * made of.
 */
export async function clearLeftovers(
  session: SessionRecord,
  folders: readonly string[],
  log: Log,
): Promise<readonly ChangedMaster[]> {
  const changed = await removeLeftovers(session, folders).catch((error: unknown) => {
    log('warn', 'what a crash left could not be removed', { id: session.id, error });
    return [];
  });
  if (changed.length > 0)
    log('error', 'a recording is not what it was when its copy was made; that copy is kept aside', {
      id: session.id,
      files: changed.map(({ file }) => file.file_path),
    });
  return changed;
}
