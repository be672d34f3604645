import { app, dialog } from 'electron';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Long enough to read two sentences; then the process ends, whether anybody is there or not. */
const SHOWN_MS = 15_000;
/** Without a screen Electron never becomes ready, and reports nothing. */
const READY_MS = 5000;

let failed = false;

/**
 * Ends a failed launch with a message. Electron's own box would show a stack and leave the process running. The message
 * goes to stderr at once, then to a box; the exit code is 1, when the box is closed or has been open for a while. This
 * file loads only electron, as the failure may be that another module could not be loaded.
 */
export function failStart(error: unknown): void {
  // A failure during the exit only follows from the first one.
  if (failed) return;
  failed = true;
  const words = startFailureWords(error);
  process.stderr.write(
    `${JSON.stringify({ at: new Date().toISOString(), level: 'error', message: 'the app could not start', words, error: String(error) })}\n`,
  );
  void show(words)
    .catch(() => undefined)
    .finally(() => app.exit(1));
}

async function show(words: string): Promise<void> {
  const title = 'Lectern could not start';
  if (!app.isReady()) {
    if (process.platform !== 'linux') return dialog.showErrorBox(title, words);
    // On Linux there are no boxes before Electron is ready.
    useThrowawayProfile();
  }
  if ((await within(READY_MS, app.whenReady())) === 'late') return;
  const closed = new AbortController();
  const answered = dialog.showMessageBox({
    type: 'error',
    title,
    message: title,
    detail: words,
    buttons: ['OK'],
    signal: closed.signal,
  });
  if ((await within(SHOWN_MS, answered)) === 'late') closed.abort();
}

/** The usual profile may be unwritable, or in use by another launch. */
function useThrowawayProfile(): void {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-start-'));
  app.setPath('userData', folder);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}

async function within(patienceMs: number, work: Promise<unknown>): Promise<'done' | 'late'> {
  const { promise, resolve } = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => resolve('late'), patienceMs);
  const done = work.then(
    () => 'done' as const,
    () => 'done' as const,
  );
  return Promise.race([done, promise]).finally(() => clearTimeout(timer));
}

/** What failed and what to do. Our own errors contain both; for others only the kind is given. */
function startFailureWords(error: unknown): string {
  if (error instanceof Error && error.name === 'LecternError') return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const kind = code ?? (error instanceof Error ? error.name : typeof error);
  return `A part of Lectern could not be loaded (${kind}). Install Lectern again; recordings and settings stay where they are`;
}

/**
 * Catches everything that is thrown during the start, before Electron's own box shows it. Returns a function that ends
 * this.
 */
export function catchStartFailures(): () => void {
  process.on('uncaughtException', failStart);
  return () => {
    process.off('uncaughtException', failStart);
  };
}
