/** Runs what changes one session's record one after another; sessions do not wait for each other. */
export type InOrder = <T>(sessionId: string, task: () => Promise<T>) => Promise<T>;

export function createInOrder(): InOrder {
  const last = new Map<string, Promise<void>>();
  return (sessionId, task) => {
    const result = (last.get(sessionId) ?? Promise.resolve()).then(task);
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    last.set(sessionId, settled);
    void settled.then(() => {
      if (last.get(sessionId) === settled) last.delete(sessionId);
    });
    return result;
  };
}
