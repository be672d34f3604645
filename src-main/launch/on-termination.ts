const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs `close` on the first signal that asks the process to end, then exits 0, or 1 where closing failed. Further
 * signals change nothing: a terminal and npm each send one, and recordings are being finalised meanwhile. Returns the
 * way to end without a signal.
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
