/** Audio is on the disk, not only with the system, after at most this time. */
const SYNC_INTERVAL_MS = 1000;

/** Syncs a file to the disk, without delaying the writes. */
export interface FileSync {
  /** Makes sure that everything written so far is synced within a second. */
  schedule(): void;
  /** Syncs everything written so far, and resolves then; does nothing once stopped. Never rejects. */
  syncNow(): Promise<void>;
  /** Resolves, and never rejects, once the running sync has ended. */
  settled(): Promise<void>;
  /** Stops: nothing more is synced. */
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
