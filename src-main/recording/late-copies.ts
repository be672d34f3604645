import { setTimeout as delay } from 'node:timers/promises';

/** Copies and mixes that are still being made of a part that has ended. */
export interface LateWork {
  /** Resolves once the work has ended; never rejects. */
  readonly done: Promise<unknown>;
  /** Gives up unfinished files. Their rows still say that they are being made, and the next launch makes them. */
  abort(): void;
}

/** Files that were not ready when their recording stopped. Nobody waits for them without asking. */
export interface LateCopies {
  /** @param onLast called after the last work on its session */
  add(sessionId: string, work: LateWork, onLast: () => Promise<unknown>): void;
  isPending(sessionId: string): boolean;
  /** Gives up a session's files. Resolves when nobody writes to its folder any more. */
  cancel(sessionId: string): Promise<void>;
  /** Waits for all work, `patienceMs` at most, and then gives up the rest. */
  close(patienceMs: number): Promise<void>;
  /** Resolves once all work has ended, or after `patienceMs`. */
  settled(patienceMs: number): Promise<void>;
}

export function createLateCopies(): LateCopies {
  const pending = new Map<string, Set<LateWork & { readonly settled: Promise<void> }>>();
  const all = () => [...pending.values()].flatMap((works) => [...works]);

  const settled = async (patienceMs: number): Promise<void> => {
    const allOfIt = Promise.all(all().map((work) => work.settled));
    await Promise.race([allOfIt, delay(patienceMs, undefined, { ref: false })]);
  };

  return {
    add(sessionId, work, onLast) {
      const works = pending.get(sessionId) ?? new Set();
      pending.set(sessionId, works);
      const entry = {
        ...work,
        settled: work.done.then(async () => {
          works.delete(entry);
          if (works.size > 0) return;
          pending.delete(sessionId);
          await onLast();
        }),
      };
      works.add(entry);
    },
    isPending: (sessionId) => pending.has(sessionId),
    async cancel(sessionId) {
      const works = [...(pending.get(sessionId) ?? [])];
      for (const work of works) work.abort();
      await Promise.all(works.map(({ settled }) => settled));
    },
    async close(patienceMs) {
      await settled(patienceMs);
      for (const work of all()) work.abort();
    },
    settled,
  };
}
