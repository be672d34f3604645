/** Runs changes of one session one after another, as each starts from the result of the one before. Sessions do not wait for each other. */
export interface InTurn {
  /** Starts at once where no change of the session is running. */
  run<Result>(sessionId: string, make: () => Promise<Result>): Promise<Result>;
  /** Resolves, and never rejects, once the latest change of the session has ended. */
  ended(sessionId: string): Promise<void>;
  allEnded(): Promise<void>;
}

export function createInTurn(): InTurn {
  /** The latest change of each session that is being changed. */
  const changing = new Map<string, Promise<void>>();
  return {
    async run(sessionId, make) {
      const before = changing.get(sessionId);
      const result = before === undefined ? make() : before.then(make);
      const ended = result.then(
        () => undefined,
        () => undefined,
      );
      changing.set(sessionId, ended);
      try {
        return await result;
      } finally {
        if (changing.get(sessionId) === ended) changing.delete(sessionId);
      }
    },
    async ended(sessionId) {
      await changing.get(sessionId);
    },
    async allEnded() {
      await Promise.all(changing.values());
    },
  };
}
