import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import type { Log } from '../runtime/log.ts';
import type { UsableDir } from './usable-dir.ts';

const INTERVAL_MS = 2000;

/** The wanted recordings folder is away: which folder is used meanwhile, and why. */
export interface RecordingsAway {
  readonly wanted: string;
  readonly used: string;
  /** Why, in a sentence for people. */
  readonly reason: string;
}

export interface RecordingsPlaceOptions {
  readonly wanted: string;
  readonly usableDir: (wanted: string) => Promise<UsableDir>;
  readonly dirs: Pick<RecordingsDirs, 'look'>;
  readonly log: Log;
}

/** Where recordings without a folder of their own go. */
export interface RecordingsPlace {
  readonly dir: string;
  /** Undefined while the wanted folder is there. */
  readonly away: RecordingsAway | undefined;
  /** Checks whether an absent folder is back. */
  look(): Promise<void>;
  /**
   * Begins regular checks, every few seconds: whether the folder is back, and which disks answer.
   * @param onBack called when the wanted folder is there again; must not reject
   */
  watch(onBack: () => Promise<void>): void;
  stop(): Promise<void>;
}

/** Finds the folder. Rejects with FOLDER_UNWRITABLE. */
export async function openRecordingsPlace(options: RecordingsPlaceOptions): Promise<RecordingsPlace> {
  const { wanted, usableDir, dirs, log } = options;
  let found = await usableDir(wanted);
  if (found.problem !== undefined)
    log('warn', `${found.problem.message} Recordings go to ${found.dir} until it is back`, { dir: wanted });
  let looking: Promise<void> | undefined;
  let whenBack = async (): Promise<void> => undefined;

  const lookNow = async (): Promise<void> => {
    // No folder can be written now: the earlier answer stays.
    const now = await usableDir(wanted).catch(() => found);
    const isBack = found.problem !== undefined && now.problem === undefined;
    if (isBack) {
      log('info', 'the recordings folder is back', { dir: wanted });
      await dirs.look();
      await whenBack();
    }
    found = now;
  };
  const look = async (): Promise<void> => {
    if (found.problem === undefined) return;
    looking ??= lookNow().finally(() => {
      looking = undefined;
    });
    await looking;
  };
  let ticking: Promise<void> | undefined;
  const tick = async (): Promise<void> => {
    await dirs.look();
    await look();
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    get dir() {
      return found.dir;
    },
    get away() {
      const { dir, problem } = found;
      return problem === undefined ? undefined : { wanted, used: dir, reason: problem.message };
    },
    look,
    watch(onBack) {
      whenBack = onBack;
      timer = setInterval(() => {
        ticking ??= tick().finally(() => {
          ticking = undefined;
        });
      }, INTERVAL_MS);
    },
    async stop() {
      clearInterval(timer);
      await ticking;
      await looking;
    },
  };
}
