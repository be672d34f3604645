import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { claimFolder, ownerState, releaseFolder } from '../files/ownership.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { unwritable } from '../files/session-folder.ts';
import type { SessionFinder } from './session-finder.ts';

/** Finds sessions, and checks who may change them when. */
export interface SessionAccess {
  /** Throws SESSION_NOT_FOUND. */
  find(id: string): SessionRecord;
  /**
   * Only a session that nobody records: neither this process, nor another one on the same folder. Rejects with
   * SESSION_ACTIVE or SESSION_BUSY too.
   */
  findFinished(id: string): Promise<SessionRecord>;
  /** Nobody else touches a session's files during the task; after a kill, recovery cleans up. */
  whileOwned<T>(session: SessionRecord, task: () => Promise<T>): Promise<T>;
}

export interface SessionAccessOptions {
  readonly dirs: Pick<RecordingsDirs, 'foldersOf'>;
  readonly finder: SessionFinder;
  /** True while a session is recording, paused or being finalised. */
  readonly isActive: (sessionId: string) => boolean;
  /** True while this process still makes copies of a finished one. */
  readonly isCopying: (sessionId: string) => boolean;
}

export function createSessionAccess({
  dirs,
  finder,
  isActive,
  isCopying,
}: SessionAccessOptions): SessionAccess {
  /** Sessions whose files are being checked and repaired. */
  const checking = new Set<string>();

  const find = (id: string): SessionRecord => {
    const session = finder.find(id);
    if (session === undefined) throw new LecternError('SESSION_NOT_FOUND', `There is no session ${id}`);
    return session;
  };

  const requireIdle = (id: string): void => {
    if (checking.has(id))
      throw new LecternError('SESSION_BUSY', 'This session is being checked. Wait until that is done');
  };

  return {
    find,
    async findFinished(id) {
      const session = find(id);
      requireIdle(id);
      const owners = await Promise.all(dirs.foldersOf(session).map(ownerState));
      // The process that makes its copies owns it too, and allows other work meanwhile.
      if (isActive(id) || (owners.includes('alive') && !isCopying(id)))
        throw new LecternError('SESSION_ACTIVE', 'This session is still being recorded. Stop it first');
      return session;
    },
    async whileOwned(session, task) {
      const claimed: string[] = [];
      // Another check may have begun since this one was requested.
      requireIdle(session.id);
      if (isCopying(session.id))
        throw new LecternError(
          'SESSION_BUSY',
          'A copy of this session is still being made. Wait until that is done',
        );
      checking.add(session.id);
      try {
        for (const folder of dirs.foldersOf(session)) {
          if (!(await claimFolder(folder))) throw unwritable(new Error('the folder cannot be claimed'));
          claimed.push(folder);
        }
        return await task();
      } finally {
        await Promise.all(claimed.map(releaseFolder));
        checking.delete(session.id);
      }
    },
  };
}
