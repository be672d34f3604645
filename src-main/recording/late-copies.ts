import { setTimeout as delay } from 'node:timers/promises';

/** What is still being made of a part that has ended. */
export interface LateWork {
  /** Resolves once nothing more comes of it; never rejects. */
  readonly done: Promise<unknown>;
  /** Gives up what is not ready; the record then still says that it is being made, and the next launch makes it. */
  abort(): void;
}

/** Files that were not ready when their recording stopped. Nobody waits for them but who asks to. */
export interface LateCopies {
  /** @param onLast called when this was the last work on its session, and nothing of it is left to be written down. */
  add(sessionId: string, work: LateWork, onLast: () => Promise<unknown>): void;
  isPending(sessionId: string): boolean;
  /** Gives up what is being made for a session, and resolves when nobody writes to its folder any more. */
  cancel(sessionId: string): Promise<void>;
  /** Waits for all of it, `patienceMs` at most, and then gives up what is left. */
  close(patienceMs: number): Promise<void>;
  /** Resolves once nothing of it is going on, or after `patienceMs`. */
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
