const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `close` on the first signal that asks the process to end, then exits with 0, or 1 where closing failed. Further
 * signals are ignored: a terminal and npm each send one, while recordings are being finalised. Returns a function that
 * ends the process without a signal.
 */
export function onTermination(close: () => Promise<void>): () => void {
  let closing = false;
  const end = () => {
    if (closing) return;
    closing = true;
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`Closing failed: ${error instanceof Error ? error.message : String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, end);
  return end;
}
