import type { Catalog } from '../catalog/catalog.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { writeSessionFile } from '../files/session-file.ts';
import type { Log } from '../session/ports.ts';

export interface Journal {
  readonly record: SessionRecord;
  /** Replaces the record and writes it down: to the catalog at once, to `session.json` after what is under way. */
  update(change: (record: SessionRecord) => SessionRecord): void;
  /** Resolves once everything said so far is written. */
  settled(): Promise<void>;
}

export interface JournalOptions {
  readonly folder: string;
  readonly catalog: Catalog;
  readonly log: Log;
}

/**
 * Keeps one running session written down in two places, either of which can be rebuilt from the other. A fault of
 * the catalog or of the file is logged and does not reach the audio.
 */
export function openJournal(first: SessionRecord, { folder, catalog, log }: JournalOptions): Journal {
  let record = first;
  let stale = false;
  let writing: Promise<void> = Promise.resolve();

  const writeFile = async (): Promise<void> => {
    if (!stale) return;
    stale = false;
    await writeSessionFile(folder, record).catch((error: unknown) => {
      log('error', 'session.json could not be written', { id: record.id, error });
    });
  };

  const write = (): void => {
    try {
      catalog.save(record);
    } catch (error) {
      log('error', 'the catalog could not be written', { id: record.id, error });
    }
    stale = true;
    writing = writing.then(writeFile);
  };

  write();
  return {
    get record() {
      return record;
    },
    update(change) {
      record = change(record);
      write();
    },
    settled: () => writing,
  };
}
