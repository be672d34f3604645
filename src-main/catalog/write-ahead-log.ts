import type Database from 'better-sqlite3';
import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** As often as audio: an edit is no more valuable than the sound. */
const SYNC_INTERVAL_MS = 1000;

/**
 * Makes commits durable within about a second without blocking the process. SQLite itself would wait for the disk in
 * each commit, and audio would wait with it. A power cut in that second loses only whole transactions, the latest
 * first.
 */
export interface WriteAheadLogSync {
  /** Resolves once earlier commits are durable, or the disk has refused them. */
  sync(): Promise<void>;
  /** Syncs the rest, and stops. The database must still be open. */
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
      // It is tried again in a second. Everything a recording needs is also in its own folder.
    }
  };

  const sync = (): Promise<void> =>
    (syncing ??= syncOnce().finally(() => {
      syncing = undefined;
    }));

  const timer = setInterval(() => void sync(), SYNC_INTERVAL_MS).unref();
  return {
    async sync() {
      // A sync that is running may have begun before the last commit.
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
        // The process that closes the database last copies the log into it, and syncs both.
      }
    },
  };
}
