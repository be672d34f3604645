import type Database from 'better-sqlite3';
import type { WriteQueue } from './write-queue.ts';

/** Events that may wait. They only help to find a fault later, and are no part of a recording. */
const MAX_WAITING = 1000;

/**
 * Writes the events of sessions; where the database refuses one, it is written later. Where too many wait, the newest
 * are dropped.
 */
export function prepareEvents(database: Database.Database, queue: WriteQueue) {
  const add = database.prepare(
    'INSERT INTO session_events (session_id, occurred_at, event, details) VALUES (?, ?, ?, ?)',
  );
  let waiting: (readonly (string | null)[])[] = [];
  const addAll = database.transaction(() => {
    for (const event of waiting) add.run(...event);
  });
  const written = (): void => {
    waiting = [];
  };

  return (sessionId: string, occurredAt: string, event: string, details?: unknown): void => {
    if (waiting.length >= MAX_WAITING) return;
    waiting.push([sessionId, occurredAt, event, details === undefined ? null : JSON.stringify(details)]);
    if (queue.submit({ key: 'events', write: () => addAll.immediate(), onWritten: written })) written();
  };
}
