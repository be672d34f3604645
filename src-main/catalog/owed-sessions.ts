import type { SessionRecord } from '../contract/session-record.ts';

/** Sessions as the database should know them and did not take them, as while another process holds it locked. */
export interface OwedSessions {
  /** `read` is asked whenever somebody wants to know, so that a change of what is owed costs nothing. */
  owe(id: string, read: () => SessionRecord): void;
  /** The database knows it, or is to know it no more. */
  forget(id: string): void;
  get(id: string): SessionRecord | undefined;
  /** What the database says of a session, or what it should say. */
  latest(session: SessionRecord): SessionRecord;
  all(): readonly SessionRecord[];
}

export function createOwedSessions(): OwedSessions {
  const owed = new Map<string, () => SessionRecord>();
  return {
    owe: (id, read) => void owed.set(id, read),
    forget: (id) => void owed.delete(id),
    get: (id) => owed.get(id)?.(),
    latest(session) {
      const other = owed.get(session.id)?.();
      return other !== undefined && other.revision > session.revision ? other : session;
    },
    all: () => [...owed.values()].map((read) => read()),
  };
}
