import type { SessionRecord } from '../contract/session-record.ts';
import type { PatientWrite, WriteQueue } from './write-queue.ts';

/** A session that is to be written, now or when the database takes it. */
export interface KeptSession extends Pick<PatientWrite, 'writeNew' | 'onWritten'> {
  readonly id: string;
  /** The session as it is when somebody asks: until it is written, its readers do. */
  readonly read: () => SessionRecord;
}

/** Sessions as the database should know them and does not yet. */
export interface HeldSessions {
  /** True where it was written at once. */
  keep(session: KeptSession): boolean;
  /** True while one waits. */
  has(id: string): boolean;
  /** Offers it to the database now; true where it does not wait any more. */
  offer(id: string): boolean;
  /** The database knows it, or is to know it no more. */
  forget(id: string): void;
  get(id: string): SessionRecord | undefined;
  /** What the database says of a session, or what it should say. */
  latest(session: SessionRecord): SessionRecord;
  all(): readonly SessionRecord[];
}

/** @param save writes a whole session as one transaction. */
export function createHeldSessions(queue: WriteQueue, save: (session: SessionRecord) => void): HeldSessions {
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
