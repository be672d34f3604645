import type Database from 'better-sqlite3';
import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** As often as audio is made durable: an edit is no more precious than the sound. */
const SYNC_INTERVAL_MS = 1000;

/**
 * Makes commits durable within about a second without holding up the process for it: SQLite would wait for the disk in
 * the commit, and audio with it. What a power cut takes in that second is whole transactions, the latest first.
 */
export interface WriteAheadLogSync {
  /** Resolves once what was committed before is durable, or the disk has refused it. */
  sync(): Promise<void>;
  /** Waits for what is not yet durable, and ends. The database must still be open. */
  stop(): void;
}

/** @param path of the database, whose log lies beside it. */
export function keepLogSynced(database: Database.Database, path: string): WriteAheadLogSync {
  const log = `${path}-wal`;
  const rowsChanged = database.prepare('SELECT total_changes()').pluck();
  let durable = 0;
  let syncing: Promise<void> | undefined;

  const syncOnce = async (): Promise<void> => {
    const changed = Number(rowsChanged.get());
    if (changed === durable) return;
    try {
      const file = await open(log, 'r+');
      try {
        await file.datasync();
      } finally {
        await file.close();
      }
      durable = changed;
    } catch {
      // Tried again in a second. What every recording needs is in its own folder as well.
    }
  };

  const sync = (): Promise<void> =>
    (syncing ??= syncOnce().finally(() => {
      syncing = undefined;
    }));

  const timer = setInterval(() => void sync(), SYNC_INTERVAL_MS).unref();
  return {
    async sync() {
      // One that is under way may have begun before the last commit.
      await syncing;
      await sync();
    },
    stop() {
      clearInterval(timer);
      if (Number(rowsChanged.get()) === durable) return;
      try {
        const file = openSync(log, 'r+');
        try {
          fdatasyncSync(file);
        } finally {
          closeSync(file);
        }
      } catch {
        // The last to close the database copies the log into it, and syncs both.
      }
    },
  };
}
