const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Cancellation {
  readonly signal: AbortSignal;
  /** From now on a signal ends the process again, as is the system's default. */
  forget(): void;
}

/** Aborts when the process gets a signal to end, so that half-written files are removed first. */
export function cancelOnSignals(): Cancellation {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(new Error('Called off'));
  };
  for (const name of SIGNALS) process.on(name, abort);
  return {
    signal: controller.signal,
    forget() {
      for (const name of SIGNALS) process.off(name, abort);
    },
  };
}
