import { startProgram, type RunningProgram } from '../runtime/start-program.ts';

const WHAT_AND_WHY = [
  '--what=sleep',
  '--mode=delay',
  '--who=Lectern',
  '--why=Writes what is being recorded',
  'cat',
];

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
    let inhibitor: RunningProgram;
    try {
      inhibitor = startProgram('systemd-inhibit', WHAT_AND_WHY);
    } catch {
      // No descriptors are left: nothing can be put off.
      return () => undefined;
    }
    inhibitor.process.stdout.resume();
    return () => void inhibitor.process.stdin.end();
  };
}
