import { app, dialog, powerMonitor, type BrowserWindow, type Event } from 'electron';
import type { Recorder } from '../recorder.ts';
import type { Log } from '../runtime/log.ts';

interface QuitOptions {
  readonly recorder: Pick<Recorder, 'activeSessions' | 'close'>;
  readonly window: () => BrowserWindow | undefined;
  readonly log: Log;
}

export interface QuitGuard {
  /** Makes the app finalise every session when this window is closed. */
  guard(window: BrowserWindow): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const STOP_AND_SAVE = 0;
const KEEP_RECORDING = 1;

/** Makes every way out of the app pass through `recorder.close()`, which finalises every session. */
export function guardQuit({ recorder, window, log }: QuitOptions): QuitGuard {
  let finalised = false;
  let finalising: Promise<void> | undefined;
  let asking = false;

  const finalise = (): Promise<void> => {
    finalising ??= recorder
      .close()
      .catch((error: unknown) => log('error', 'closing the recorder failed', { error: String(error) }))
      .then(() => {
        finalised = true;
      });
    return finalising;
  };

  const finaliseAndQuit = async (): Promise<void> => {
    await finalise();
    app.quit();
  };

  const askThenQuit = async (): Promise<void> => {
    if (asking || finalising !== undefined) return;
    if (recorder.activeSessions().length > 0) {
      asking = true;
      const choice = await askToStop(window()).finally(() => {
        asking = false;
      });
      if (choice === KEEP_RECORDING) return;
    }
    await finaliseAndQuit();
  };

  const holdBack = (event: Event): void => {
    if (finalised) return;
    event.preventDefault();
    askThenQuit().catch((error: unknown) => log('error', 'quitting failed', { error: String(error) }));
  };

  const endWithoutAsking = (): void => {
    void finalise().then(() => app.exit(0));
  };

  app.on('before-quit', holdBack);
  // Chromium would treat a signal as a quit, which asks the user; but the terminal or session is gone, and nobody can
  // answer.
  for (const signal of SIGNALS) process.on(signal, endWithoutAsking);
  // Linux and macOS: the system waits until the event is released.
  powerMonitor.on('shutdown', (event?: Event) => {
    event?.preventDefault();
    endWithoutAsking();
  });

  return {
    guard: (guarded) => {
      guarded.on('close', (event) => {
        // On macOS an app outlives its window.
        if (process.platform === 'darwin' && recorder.activeSessions().length === 0) return;
        holdBack(event);
      });
      // Windows, signing out or shutting down: there is no time to ask.
      guarded.on('query-session-end', () => void finalise());
      guarded.on('session-end', () => void finalise());
    },
  };
}

async function askToStop(window: BrowserWindow | undefined): Promise<number> {
  const options = {
    type: 'question' as const,
    title: 'Lectern',
    message: 'A recording is running.',
    detail: 'Lectern can stop it and save what was recorded, or go on recording.',
    buttons: ['Stop and save', 'Keep recording'],
    defaultId: KEEP_RECORDING,
    cancelId: KEEP_RECORDING,
    noLink: true,
  };
  const { response } =
    window === undefined
      ? await dialog.showMessageBox(options)
      : await dialog.showMessageBox(window, options);
  return response === STOP_AND_SAVE ? STOP_AND_SAVE : KEEP_RECORDING;
}
