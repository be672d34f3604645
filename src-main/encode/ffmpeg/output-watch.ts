import { statRegularFile } from '../../disk/regular-file.ts';

export interface OutputWatchOptions {
  /** The file that the encoder writes. */
  readonly path: string;
  /** Input after which an encoder that works has written something more. */
  readonly owedAfterBytes: number;
  readonly nowMs: () => number;
}

/** Tells an encoder that stands still from one that has nothing to do: it was fed, and its file does not change. */
export interface OutputWatch {
  /** Says that input was handed over. Looks at the file from time to time. */
  fed(bytes: number): void;
  /** Says that no more will come, so that the rest is owed however little it is. */
  inputEnded(): void;
  look(): Promise<void>;
  /** For how long something has been owed. */
  readonly overdueMs: number;
}

const LOOK_INTERVAL_MS = 500;

export function createOutputWatch({ path, owedAfterBytes, nowMs }: OutputWatchOptions): OutputWatch {
  let seen = '';
  let fedBytes = 0;
  let ended = false;
  let owedSinceMs: number | undefined;
  let lookedAtMs = nowMs();

  const isOwing = (): boolean => ended || fedBytes >= owedAfterBytes;

  const look = async (): Promise<void> => {
    lookedAtMs = nowMs();
    const fedBefore = fedBytes;
    const state = await fileState(path);
    if (state === seen) return;
    seen = state;
    fedBytes -= Math.min(fedBytes, fedBefore);
    owedSinceMs = isOwing() ? nowMs() : undefined;
  };

  return {
    fed(bytes) {
      fedBytes += bytes;
      if (isOwing()) owedSinceMs ??= nowMs();
      if (nowMs() - lookedAtMs >= LOOK_INTERVAL_MS) void look();
    },
    inputEnded() {
      ended = true;
      owedSinceMs ??= nowMs();
    },
    look,
    get overdueMs() {
      return owedSinceMs === undefined ? 0 : nowMs() - owedSinceMs;
    },
  };
}

/** Differs after every write: an index that is put in front changes a file that no longer grows. */
export async function fileState(path: string): Promise<string> {
  const stats = await statRegularFile(path);
  return stats === undefined ? '' : `${stats.size} ${stats.mtimeMs}`;
}
