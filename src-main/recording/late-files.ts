import type { Catalog } from '../catalog/catalog.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { isFolderSync } from '../disk/regular-file.ts';
import { releaseFolder } from '../files/ownership.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import type { InTurn } from '../runtime/in-turn.ts';
import type { Log } from '../runtime/log.ts';
import { findEarlierTake } from './find-earlier-take.ts';
import { openJournal } from './journal.ts';
import type { LateCopies } from './late-copies.ts';
import type { OpenSession, OpenSessions } from './open-sessions.ts';

export interface LateFilesOptions {
  readonly sessions: OpenSessions;
  readonly inTurn: Pick<InTurn, 'run'>;
  readonly lateCopies: LateCopies;
  readonly catalog: Catalog;
  readonly dirs: RecordingsDirs;
  readonly log: Log;
}

/** Work that is left to do for sessions that have ended. */
export interface LateFiles {
  /** Writes down the final state of a file. Meanwhile its session may have been renamed, or be recorded again. */
  note(id: string, ended: OpenSession, change: (record: SessionRecord) => SessionRecord): Promise<void>;
  /** Releases a session's folders, unless something is still being written to them. */
  release(id: string, session: OpenSession): Promise<void>;
}

export function createLateFiles(options: LateFilesOptions): LateFiles {
  const { sessions, inTurn, lateCopies, catalog, log } = options;

  const noteNow: LateFiles['note'] = async (id, ended, change) => {
    const running = sessions.find(id);
    if (running !== undefined) return running.journal.update(change);
    const folders = ended.folders.filter(isFolderSync);
    if (folders.length === 0) return;
    const record = await findEarlierTake(id, options);
    // The session's own journal may still be trying to reach the catalog. It does not know what others have written
    // since.
    if (record === undefined || record.revision <= ended.journal.record.revision)
      ended.journal.update(change);
    else
      openJournal(
        { ...change(record), revision: record.revision + 1 },
        { folders: () => folders, catalog: record.database_records ? catalog : undefined, log },
      ).close();
    await ended.journal.settled();
  };

  return {
    note: (id, ended, change) => inTurn.run(id, () => noteNow(id, ended, change)),
    async release(id, session) {
      const running = sessions.find(id);
      if (running === session) return;
      // The session is being recorded again: it looks after its folders itself.
      if (running !== undefined) return session.disown();
      if (lateCopies.isPending(id)) return;
      await session.disown();
      await Promise.all(session.folders.map(releaseFolder));
    },
  };
}
