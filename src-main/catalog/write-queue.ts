import { setImmediate } from 'node:timers/promises';
import type { Log } from '../runtime/log.ts';

/** Time until a refused write is tried again. */
const RETRY_MS = 1000;

/** A write that is queued where the database refuses it. */
export interface QueuedWrite {
  /**
   * What it writes. For each key only one write waits: a later one replaces it, and must write everything that the
   * earlier one would have written.
   */
  readonly key: string;
  /** Writes everything for the key, as one transaction. */
  readonly write: () => void;
  /** A cheaper write for the case that nothing is queued under the key; `write` where absent. */
  readonly writeNew?: (() => void) | undefined;
  /** Called after a write that had to wait. Must not throw. */
  readonly onWritten?: (() => void) | undefined;
}

/**
 * Writes that the database refused, because another process locks it or its disk fails. All of them are retried every
 * second, in the order in which they were queued, and once more at the end. SQLite waits for a lock and blocks the
 * whole process: so after one refusal nothing else is tried until the next retry. A write that is refused for another
 * reason does not block others.
 */
export interface WriteQueue {
  /** True where it was written at once; false where it is queued. */
  submit(write: QueuedWrite): boolean;
  /** Tries the queued write of a key now. True where nothing is queued under it any more. */
  offer(key: string): boolean;
  /** Tries all queued writes now, until the first lock. */
  offerAll(): void;
  /** Drops the queued write of a key. */
  drop(key: string): void;
  /** Tries all queued writes a last time. The database must still be open. */
  close(): void;
}

/** @param log gets one line for each write that has to wait: its key and the error, never its content. */
export function createWriteQueue(log: Log): WriteQueue {
  const waiting = new Map<string, QueuedWrite>();
  let isLocked = false;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  /** The error of the database; undefined where the write succeeded. */
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
      // Many writes may be queued; audio is handled between them.
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
