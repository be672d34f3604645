/** Audio is on the platter, not only with the system, after at most this long. */
const SYNC_INTERVAL_MS = 1000;

/** Brings what is written to a file onto the disk, beside the writes. */
export interface FileSync {
  /** Sees to it that what has been written by now is synced within a second. */
  schedule(): void;
  /** Syncs what has been written by now, and resolves then; does nothing once it is stopped. Never rejects. */
  syncNow(): Promise<void>;
  /** Resolves, and never rejects, once what is being synced now is. */
  settled(): Promise<void>;
  /** Nothing more is synced. */
  stop(): void;
}

/** @param sync must not reject */
export function createFileSync(sync: () => Promise<void>): FileSync {
  let syncing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  const begin = (): void => {
    timer = undefined;
    syncing = sync();
  };

  return {
    schedule() {
      if (!isStopped) timer ??= setTimeout(begin, SYNC_INTERVAL_MS);
    },
    async syncNow() {
      await syncing;
      if (isStopped) return;
      clearTimeout(timer);
      begin();
      await syncing;
    },
    settled: () => syncing,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
