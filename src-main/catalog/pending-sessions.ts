import type { SessionRecord } from '../contract/session-record.ts';
import type { QueuedWrite, WriteQueue } from './write-queue.ts';

/** A session to be written, now or when the database accepts it. */
export interface SessionWrite extends Pick<QueuedWrite, 'writeNew' | 'onWritten'> {
  readonly id: string;
  /** Reads the session as it is now; readers get this until it is written. */
  readonly read: () => SessionRecord;
}

/** Sessions whose latest state the database does not have yet. */
export interface PendingSessions {
  /** Writes or queues the session; true where it was written at once. */
  keep(session: SessionWrite): boolean;
  /** True while a write of this session waits. */
  has(id: string): boolean;
  /** Tries to write it now; true where nothing waits any more. */
  offer(id: string): boolean;
  /** The database has the session, or must not get it any more. */
  forget(id: string): void;
  get(id: string): SessionRecord | undefined;
  /** The pending state of a session, or the given one where none is pending. */
  latest(session: SessionRecord): SessionRecord;
  all(): readonly SessionRecord[];
}

/** @param save writes a whole session as one transaction. */
export function createPendingSessions(
  queue: WriteQueue,
  save: (session: SessionRecord) => void,
): PendingSessions {
  const held = new Map<string, () => SessionRecord>();
  const keyOf = (id: string): string => `session ${id}`;

  return {
    keep({ id, read, writeNew, onWritten }) {
      const isWritten = queue.submit({
        key: keyOf(id),
        write: () => {
          save(read());
        },
        writeNew,
        onWritten: () => {
          held.delete(id);
          onWritten?.();
        },
      });
      if (!isWritten) held.set(id, read);
      return isWritten;
    },
    has: (id) => held.has(id),
    offer: (id) => queue.offer(keyOf(id)),
    forget(id) {
      queue.drop(keyOf(id));
      held.delete(id);
    },
    get: (id) => held.get(id)?.(),
    latest(session) {
      const other = held.get(session.id)?.();
      return other !== undefined && other.revision > session.revision ? other : session;
    },
    all: () => [...held.values()].map((read) => read()),
  };
}
