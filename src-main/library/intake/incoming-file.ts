import type { Examination, IntakeProgress } from '../../contract/intake.ts';
import type { Diagnosis } from '../../repair/diagnose.ts';
import type { RepairControl } from '../../repair/finding.ts';
import type { IncomingName } from './file-name.ts';

/** A file that was received, with the results so far. */
export interface IncomingFile {
  readonly id: string;
  readonly name: IncomingName;
  /** Its own, below the process's private folder. */
  readonly folder: string;
  /** The bytes as they came. */
  readonly originalPath: string;
  readonly byteSize: number;
  /** When it was last changed where it came from, in milliseconds since 1970. */
  readonly modifiedMs?: number | undefined;
  receivedBytes: number;
  examined?: { readonly diagnosis: Diagnosis; readonly examination: Examination };
  mendedPath?: string;
  stage: IntakeProgress['stage'];
  fraction: number | null;
  lastUsedMs: number;
}

/** What a task on a file needs for progress and cancelling. */
export type TaskControl = Required<RepairControl>;

/** Runs one task on a file at a time; all tasks end before the file is removed. */
export interface FileWork {
  readonly signal: AbortSignal;
  run<T>(task: () => Promise<T>): Promise<T>;
  readonly busy: boolean;
  /** Cancels the running and the waiting tasks, with `reason`, and resolves once all have ended. */
  callOff(reason: Error): Promise<void>;
}

export function createFileWork(): FileWork {
  const abort = new AbortController();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    signal: abort.signal,
    get busy() {
      return waiting > 0;
    },
    run(task) {
      waiting++;
      const result = last.then(() => {
        abort.signal.throwIfAborted();
        return task();
      });
      const done = (): void => {
        waiting--;
      };
      last = result.then(done, done);
      return result;
    },
    async callOff(reason) {
      abort.abort(reason);
      await last;
    },
  };
}
