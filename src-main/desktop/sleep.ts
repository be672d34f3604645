import type { Recorder } from '../recorder.ts';
import type { Log } from '../runtime/log.ts';
import type { DelaySleep } from './sleep-delay.ts';

export interface SleepOptions {
  /** Electron's. It may report one sleep more than once. */
  readonly powerMonitor: {
    on(event: 'suspend' | 'resume', listener: () => void): unknown;
  };
  readonly recorder: Pick<Recorder, 'activeSessions' | 'onActivityChange' | 'makeDurable'>;
  readonly delaySleep: DelaySleep;
  readonly log: Log;
}

/**
 * Writes what was recorded to the disk before the computer sleeps, as its battery may be empty before it wakes. The
 * recording goes on afterwards; the page reports the time between as a gap, like any time without sound.
 */
export function writeBeforeSleep({ powerMonitor, recorder, delaySleep, log }: SleepOptions): void {
  let release: (() => void) | undefined;
  let writing = false;

  const letGo = (): void => {
    release?.();
    release = undefined;
  };
  const hold = (): void => {
    if (recorder.activeSessions().length > 0) release ??= delaySleep();
    else if (!writing) letGo();
  };

  const write = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    const sessions = recorder.activeSessions().length;
    await recorder.makeDurable().catch((error: unknown) => {
      log('error', 'what was recorded may not be on the disk', { error: String(error) });
    });
    writing = false;
    letGo();
    if (sessions > 0) log('info', 'the computer sleeps; what was recorded is on the disk', { sessions });
  };

  recorder.onActivityChange(hold);
  powerMonitor.on('suspend', () => void write());
  powerMonitor.on('resume', hold);
}
