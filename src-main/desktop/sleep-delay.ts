import { spawn } from 'node:child_process';

/** Puts off the computer's sleep. Returns the way to let it go. */
export type DelaySleep = () => () => void;

/**
 * On Linux, systemd's inhibitor of the kind that a sleep waits for, for five seconds at most: Electron's own is let go as
 * soon as its listeners have returned, whatever they have begun. It is held by a process that ends with our end of its
 * stdin, so that it never outlives this one. Elsewhere, and where there is no systemd, nothing can be put off.
 */
export function createSleepDelay(platform: NodeJS.Platform): DelaySleep {
  if (platform !== 'linux') return () => () => undefined;
  return () => {
    const inhibitor = spawn(
      'systemd-inhibit',
      ['--what=sleep', '--mode=delay', '--who=Lectern', '--why=Writes what is being recorded', 'cat'],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    );
    // Where it cannot be started there is nothing to let go.
    inhibitor.on('error', () => undefined);
    inhibitor.stdin.on('error', () => undefined);
    return () => void inhibitor.stdin.end();
  };
}
