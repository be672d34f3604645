import type { PartSink } from './ports.ts';

/** Which parts of a take can no longer be written. */
export interface SinkFailures {
  /** Notes that a sink has failed; `onFailure` is called once for it. */
  note(sink: PartSink, error: unknown): void;
  has(sink: PartSink): boolean;
  /** Why the current part cannot be written any more; undefined where it can. */
  readonly latest: unknown;
  /** The take continues elsewhere: earlier failures no longer block anything. */
  clear(): void;
}

/** @param onFailure called for the first failure of each sink */
export function createSinkFailures(onFailure: (error: unknown) => void): SinkFailures {
  const failed = new Set<PartSink>();
  let latest: unknown;
  return {
    note(sink, error) {
      if (failed.has(sink)) return;
      failed.add(sink);
      latest = error;
      onFailure(error);
    },
    has: (sink) => failed.has(sink),
    get latest() {
      return latest;
    },
    clear() {
      latest = undefined;
    },
  };
}
