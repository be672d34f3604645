import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Environment, inEnglish } from './pactl.ts';

/** Our own questions are clients that come and go; what concerns us is none of theirs. */
const CONCERNS_US = /^Event '\w+' on (?:server|sink|source|source-output|module) #/;
/** One change comes as a dozen events. */
const SETTLED_MS = 50;
/** pactl does not notice that nobody reads it any more: after a crash of ours it is to end by itself. */
const WATCH_SECONDS = 60;
const RESTART_MS = 1000;
/** What `timeout` ends with. */
const TIMED_OUT = 124;

/** Calls `onChange` when the sound server has changed, and after it was gone. Returns the way to stop. */
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
    // Passed on by `timeout`, as SIGKILL would not be.
    child?.kill('SIGTERM');
  };
}
