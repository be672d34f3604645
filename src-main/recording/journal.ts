import type { Catalog } from '../catalog/catalog.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { writeSessionFile } from '../files/session-file.ts';
import type { Log } from '../session/ports.ts';

/** How soon a catalog that refused a record is tried again. */
const RETRY_MS = 1000;
/** How often it is tried again once the session has ended; `session.json` then speaks for it at the next launch. */
const LAST_TRIES = 5;

export interface Journal {
  readonly record: SessionRecord;
  /** Replaces the record and writes it down: to the catalog at once, to `session.json` after what is under way. */
  update(change: (record: SessionRecord) => SessionRecord): void;
  /** Resolves once everything said so far is in `session.json`, and in the catalog if that can be. */
  settled(): Promise<void>;
  /** Says that no more will come. */
  close(): void;
}

export interface JournalOptions {
  /** Every folder that holds a part of the session: each gets its `session.json`. */
  readonly folders: () => readonly string[];
  /** Undefined for a session that the catalog must not know of. */
  readonly catalog: Catalog | undefined;
  readonly log: Log;
}

/**
 * Keeps one running session written down in two places, either of which can be rebuilt from the other. A fault of
 * the catalog or of the file is logged and tried again, and does not reach the audio.
 */
export function openJournal(first: SessionRecord, { folders, catalog, log }: JournalOptions): Journal {
  let record = first;
  let fileStale = false;
  let writing: Promise<void> = Promise.resolve();
  let retryTimer: NodeJS.Timeout | undefined;
  let triesLeft = Infinity;

  const writeFiles = async (): Promise<void> => {
    if (!fileStale) return;
    fileStale = false;
    const written = await Promise.allSettled(folders().map((folder) => writeSessionFile(folder, record)));
    for (const outcome of written)
      if (outcome.status === 'rejected')
        log('error', 'session.json could not be written', { id: record.id, error: outcome.reason });
  };

  const saveToCatalog = (): void => {
    clearTimeout(retryTimer);
    retryTimer = undefined;
    try {
      catalog?.saveOrOwe(record);
    } catch (error) {
      log('error', 'the catalog could not be written', { id: record.id, error });
      if (triesLeft-- > 0) retryTimer = setTimeout(saveToCatalog, RETRY_MS).unref();
    }
  };

  const write = (): void => {
    saveToCatalog();
    fileStale = true;
    writing = writing.then(writeFiles);
  };

  write();
  return {
    get record() {
      return record;
    },
    update(change) {
      record = { ...change(record), revision: record.revision + 1 };
      write();
    },
    settled: () => writing,
    close() {
      triesLeft = LAST_TRIES;
    },
  };
}
