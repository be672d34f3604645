import { recoverSessions, type Recovery, type UnfinishedSession } from './recover-sessions.ts';
import type { RecoveryOptions } from './recovery-context.ts';

/** Recovery at launch, and again whenever a folder is back. */
export interface RecoveryRuns {
  /** What it found at launch. */
  readonly launch: Recovery;
  /** Sessions that the last run could not put in order. */
  readonly unfinished: readonly UnfinishedSession[];
  /** Makes the copies that had been cut off before the launch. Resolves once they are made. Never rejects. */
  finishLaunch(): Promise<void>;
  /** Runs once more, and makes the copies of the sessions it finds. Never rejects. */
  again(): Promise<Pick<Recovery, 'recovered'>>;
  /** Stops making copies. The next launch makes the rest. */
  abort(): void;
  /** Resolves once no more copies are being made. */
  settled(): Promise<void>;
}

/** Runs recovery for the first time. Rejects as recoverSessions does. */
export async function recoverAtLaunch(options: Omit<RecoveryOptions, 'retried'>): Promise<RecoveryRuns> {
  const { log } = options;
  const aborting = new AbortController();
  const retried = new Set<string>();
  const launch = await recoverSessions({ ...options, retried });
  let unfinished = launch.unfinished;
  let copies: Promise<unknown> = Promise.resolve();

  const finish = (recovery: Recovery): Promise<void> => {
    const finished = recovery.finishDeliveries(aborting.signal).catch((error: unknown) => {
      log('error', 'recovered copies could not be finished', { error });
    });
    copies = Promise.all([copies, finished]);
    return finished;
  };

  return {
    launch,
    get unfinished() {
      return unfinished;
    },
    finishLaunch: () => finish(launch),
    async again() {
      try {
        const recovery = await recoverSessions({ ...options, retried });
        unfinished = recovery.unfinished;
        void finish(recovery);
        return recovery;
      } catch (error) {
        log('error', 'what is in the recordings folder could not be put in order', { error });
        return { recovered: [] };
      }
    },
    abort() {
      aborting.abort();
    },
    async settled() {
      await copies;
    },
  };
}
