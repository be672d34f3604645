/**
 * Lets whoever reads our output go away: `lectern list | head -1` ends quietly, and a server or a recording whose
 * terminal is gone goes on. A disk that is full under `>` is still a failure.
 */
export function ignoreClosedOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (CLOSED.has(error.code ?? '')) return;
    process.stderr.write(`The output could not be written (${error.code ?? error.name})\n`);
    process.exitCode = 1;
  });
  // There is nowhere left to complain to.
  process.stderr.on('error', () => undefined);
}

/** EOF is what Windows calls it. */
const CLOSED = new Set(['EPIPE', 'EOF', 'ERR_STREAM_DESTROYED']);
