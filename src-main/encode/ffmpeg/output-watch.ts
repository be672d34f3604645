import { statRegularFile } from '../../disk/regular-file.ts';

export interface OutputWatchOptions {
  /** The file that the encoder writes. */
  readonly path: string;
  /** After this much input, a working encoder has written something more. */
  readonly dueAfterBytes: number;
  readonly nowMs: () => number;
}

/**
 * Detects an encoder that stalls: it got input, and its file does not change. An encoder without input does not count.
 */
export interface OutputWatch {
  /** Counts input that was handed over. Looks at the file from time to time. */
  fed(bytes: number): void;
  /** No more input comes, so the rest of the output is due, however little it is. */
  inputEnded(): void;
  look(): Promise<void>;
  /** For how long output has been due. */
  readonly overdueMs: number;
}

const LOOK_INTERVAL_MS = 500;

export function createOutputWatch({ path, dueAfterBytes, nowMs }: OutputWatchOptions): OutputWatch {
  let seen = '';
  let fedBytes = 0;
  let ended = false;
  let dueSinceMs: number | undefined;
  let lookedAtMs = nowMs();

  const isOutputDue = (): boolean => ended || fedBytes >= dueAfterBytes;

  const look = async (): Promise<void> => {
    lookedAtMs = nowMs();
    const fedBefore = fedBytes;
    const state = await fileState(path);
    if (state === seen) return;
    seen = state;
    fedBytes -= Math.min(fedBytes, fedBefore);
    dueSinceMs = isOutputDue() ? nowMs() : undefined;
  };

  return {
    fed(bytes) {
      fedBytes += bytes;
      if (isOutputDue()) dueSinceMs ??= nowMs();
      if (nowMs() - lookedAtMs >= LOOK_INTERVAL_MS) void look();
    },
    inputEnded() {
      ended = true;
      dueSinceMs ??= nowMs();
    },
    look,
    get overdueMs() {
      return dueSinceMs === undefined ? 0 : nowMs() - dueSinceMs;
    },
  };
}

/** Changes with every write, also where an index is put in front and the file does not grow. */
export async function fileState(path: string): Promise<string> {
  const stats = await statRegularFile(path);
  return stats === undefined ? '' : `${stats.size} ${stats.mtimeMs}`;
}
