import { spawn } from 'node:child_process';
import { LecternError } from '../contract/errors.ts';

const PATIENCE_MS = 5000;

export interface Probe {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * Resolves once the disk of a file answers, whether the file exists or not. Rejects with FILE_UNREADABLE where the disk
 * does not answer, as a network disk whose server is gone. A child process asks: a request of our own could not be
 * cancelled, and would keep this process from ending.
 */
export async function requireAnsweringDisk(
  path: string,
  probe: Probe = { program: process.execPath, args: ['-e', 'fs.lstatSync(process.argv[1])', '--', path] },
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const child = spawn(probe.program, probe.args, { stdio: 'ignore' });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  // Where the child cannot be started, the caller finds out when it opens the file.
  child.once('exit', () => resolve(undefined)).once('error', () => resolve(undefined));
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    // Where the system itself waits for the disk, the child cannot even be killed.
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
