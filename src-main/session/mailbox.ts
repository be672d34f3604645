export interface Mailbox {
  /** Runs `task` after everything posted before it. The promise is the task's own. */
  post<T>(task: () => Promise<T> | T): Promise<T>;
}

/** Runs tasks one after another, so that a session's messages take effect in the order they came. */
export function createMailbox(): Mailbox {
  let last: Promise<unknown> = Promise.resolve();
  return {
    post(task) {
      const result = last.then(task);
      // One failed task must not stop those behind it; its own promise still tells.
      last = result.catch(() => undefined);
      return result;
    },
  };
}
