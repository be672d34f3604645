/**
 * Allows the reader of our output to close it: `lectern list | head -1` ends quietly, and a server or a recording goes
 * on when its terminal is gone. A full disk under `>` is still an error.
 */
export function ignoreClosedOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (CLOSED.has(error.code ?? '')) return;
    process.stderr.write(`The output could not be written (${error.code ?? error.name})\n`);
    process.exitCode = 1;
  });
  // There is no place left to report an error to.
  process.stderr.on('error', () => undefined);
}

/** EOF is what Windows calls it. */
const CLOSED = new Set(['EPIPE', 'EOF', 'ERR_STREAM_DESTROYED']);
