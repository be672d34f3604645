import type { SessionRecord } from '../contract/session-record.ts';
import { writeSessionFile } from '../files/session-file.ts';
import type { Log } from '../runtime/log.ts';

/** An addition that the catalog already has may wait this long for `session.json`, and longer in a long session. */
const SOON_MS = 500;
/** The file is written as a whole, so the pause between two writes grows by this for each of its items. */
const MS_PER_ITEM = 0.5;
const MAX_INTERVAL_MS = 10_000;
/** How soon a file that could not be written is tried again. */
const RETRY_MS = 1000;

export interface DescriptionWriterOptions {
  readonly read: () => SessionRecord;
  /** Every folder that gets the file. */
  readonly folders: () => readonly string[];
  /** Called with the revision that at least one of them has now. */
  readonly onWritten: (revision: number) => void;
  readonly log: Log;
}

/** Writes the `session.json` of a running session after changes, not at each of them. */
export interface DescriptionWriter {
  /** Says that the record has changed. `now`: write after the write that is running. `soon`: it may wait. */
  note(when: 'now' | 'soon'): void;
  /** Resolves once the file is up to date, or could not be written. */
  settled(): Promise<void>;
  /** Ends it. A write that failed is not tried again. */
  close(): void;
}

export function createDescriptionWriter(options: DescriptionWriterOptions): DescriptionWriter {
  const { read, folders, onWritten, log } = options;
  let stale = false;
  let underWay: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let earliestMs = 0;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  const write = async (): Promise<void> => {
    stale = false;
    const record = read();
    const written = await Promise.allSettled(folders().map((folder) => writeSessionFile(folder, record)));
    for (const outcome of written)
      if (outcome.status === 'rejected')
        log('error', 'session.json could not be written', { id: record.id, error: outcome.reason });
    clearTimeout(retry);
    if (written.some(({ status }) => status === 'fulfilled')) onWritten(record.revision);
    else if (!closed) retry = setTimeout(note, RETRY_MS, 'soon').unref();
    const items = record.markers.length + record.segments.length + record.parts.length;
    // A few cost nothing.
    earliestMs = performance.now() + Math.min(MAX_INTERVAL_MS, Math.max(0, items - 100) * MS_PER_ITEM);
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    underWay ??= write().finally(() => {
      underWay = undefined;
      if (stale && timer === undefined) schedule(0);
    });
  };

  const schedule = (delayMs: number): void => {
    const waitMs = Math.max(delayMs, earliestMs - performance.now());
    if (waitMs <= 0) flush();
    else timer = setTimeout(flush, waitMs).unref();
  };

  const note = (when: 'now' | 'soon'): void => {
    stale = true;
    if (underWay !== undefined) return;
    if (when === 'now') {
      clearTimeout(timer);
      schedule(0);
    } else if (timer === undefined) schedule(SOON_MS);
  };

  return {
    note,
    async settled() {
      do {
        clearTimeout(timer);
        timer = undefined;
        if (underWay === undefined && stale) flush();
        await underWay;
      } while (stale || underWay !== undefined);
    },
    close() {
      closed = true;
      clearTimeout(retry);
      clearTimeout(timer);
    },
  };
}
