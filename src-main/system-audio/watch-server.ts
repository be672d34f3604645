import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Environment, inEnglish } from './pactl.ts';

/** Our own requests appear as clients that come and go; the events that matter are of other kinds. */
const CONCERNS_US = /^Event '\w+' on (?:server|sink|source|source-output|module) #/;
/** One change produces a dozen events. */
const SETTLED_MS = 50;
/** pactl does not notice that its reader is gone: after a crash of this process it must end by itself. */
const WATCH_SECONDS = 60;
const RESTART_MS = 1000;
/** The exit code of `timeout`. */
const TIMED_OUT = 124;

/**
 * Calls `onChange` when the sound server has changed, and after it was gone. Returns a function that stops the watch.
 */
export function watchServer(environment: Environment, onChange: () => void): () => void {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      onChange();
    }, SETTLED_MS);
  };

  const start = () => {
    if (stopped) return;
    const watcher = spawn('timeout', [String(WATCH_SECONDS), 'pactl', 'subscribe'], {
      env: inEnglish(environment),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child = watcher;
    createInterface(watcher.stdout).on('line', (line) => {
      if (CONCERNS_US.test(line)) changed();
    });
    watcher.once('error', () => undefined);
    watcher.once('close', (code) => {
      if (stopped) return;
      changed();
      if (code === TIMED_OUT) start();
      else setTimeout(start, RESTART_MS).unref();
    });
  };

  start();
  return () => {
    stopped = true;
    clearTimeout(timer);
    // `timeout` forwards SIGTERM, which it could not do with SIGKILL.
    child?.kill('SIGTERM');
  };
}
