import { setImmediate } from 'node:timers/promises';
import type { Log } from '../runtime/log.ts';

/** How soon the database is asked again after it refused a write. */
const RETRY_MS = 1000;

/** A write that waits where the database refuses it. */
export interface PatientWrite {
  /** What it concerns. One write waits for each key: a later one takes its place, and writes what that would have written. */
  readonly key: string;
  /** Writes everything that is to be written under the key, as one transaction. */
  readonly write: () => void;
  /** The same at less cost, for the case that nothing waits under the key; `write` where absent. */
  readonly writeNew?: (() => void) | undefined;
  /** Called when the write had to wait and is done. Must not throw. */
  readonly onWritten?: (() => void) | undefined;
}

/**
 * Writes that the database refused, as while another process locks it or while its disk fails. All of them are offered to it
 * again every second, in the order in which they first had to wait, and once more at the end. A lock is waited for inside
 * SQLite, which holds up the whole process: so one refusal counts for all, and nobody asks again before the next offer.
 * A write that is refused for another reason holds up no other.
 */
export interface WriteQueue {
  /** True where it was written at once; false where it waits now. */
  submit(write: PatientWrite): boolean;
  /** True while a write waits under this key. */
  has(key: string): boolean;
  /** Offers what waits under a key now. True where nothing waits under it any more. */
  offer(key: string): boolean;
  /** Offers everything now, as far as the first lock. */
  offerAll(): void;
  /** Gives up what waits under a key. */
  drop(key: string): void;
  /** Offers everything for the last time. The database must still be open. */
  close(): void;
}

/** @param log told once of each write that has to wait: its key and the error, never what it writes. */
export function createWriteQueue(log: Log): WriteQueue {
  const waiting = new Map<string, PatientWrite>();
  let isLocked = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  /** What the database said against it; undefined where it is written. */
  const attempt = (write: () => void): { readonly error: unknown } | undefined => {
    try {
      write();
      isLocked = false;
      return undefined;
    } catch (error) {
      isLocked = isLockRefusal(error);
      return { error };
    }
  };

  const offer = (key: string): 'written' | 'refused' | 'locked' => {
    const offered = waiting.get(key);
    if (offered === undefined) return 'written';
    if (attempt(offered.write) !== undefined) return isLocked ? 'locked' : 'refused';
    waiting.delete(key);
    offered.onWritten?.();
    return 'written';
  };

  const offerAll = (): void => {
    for (const key of [...waiting.keys()]) if (offer(key) === 'locked') break;
  };

  const retry = async (): Promise<void> => {
    isLocked = false;
    for (const key of [...waiting.keys()]) {
      if (isClosed || offer(key) === 'locked') break;
      // Much may have waited; audio comes in between.
      await setImmediate();
    }
    timer = undefined;
    if (waiting.size > 0) schedule();
  };

  const schedule = (): void => {
    if (!isClosed) timer ??= setTimeout(() => void retry(), RETRY_MS).unref();
  };

  return {
    submit(write) {
      if (!waiting.has(write.key) && !isLocked) {
        const refusal = attempt(write.writeNew ?? write.write);
        if (refusal === undefined) return true;
        log('error', 'the catalog could not be written; it is tried again', {
          what: write.key,
          error: refusal.error,
        });
      }
      waiting.set(write.key, write);
      schedule();
      return false;
    },
    has: (key) => waiting.has(key),
    offer: (key) => offer(key) === 'written',
    offerAll,
    drop: (key) => void waiting.delete(key),
    close() {
      isClosed = true;
      clearTimeout(timer);
      offerAll();
    },
  };
}

function isLockRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY');
}
