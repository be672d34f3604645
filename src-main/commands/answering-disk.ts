import { spawn } from 'node:child_process';
import { LecternError } from '../contract/errors.ts';

const PATIENCE_MS = 5000;

export interface Probe {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Resolves once the disk of a file answers, whether the file is there or not; rejects with FILE_UNREADABLE where it does
 * not, as one on a machine that is gone. Another process asks: a question of our own could not be taken back, and would
 * keep this process from ending.
 */
export async function requireAnsweringDisk(
  path: string,
  probe: Probe = { program: process.execPath, args: ['-e', 'fs.lstatSync(process.argv[1])', '--', path] },
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const child = spawn(probe.program, probe.args, { stdio: 'ignore' });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  // Where it cannot be asked, whoever opens the file finds out.
  child.once('exit', () => resolve(undefined)).once('error', () => resolve(undefined));
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    // It cannot even be killed where the system itself waits for the disk.
    child.unref();
    reject(
      new LecternError(
        'FILE_UNREADABLE',
        `${path} cannot be read: its disk does not answer. Connect it again, or name a file on another one`,
      ),
    );
  }, patienceMs);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}
