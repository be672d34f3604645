import { startProgram, type RunningProgram } from '../runtime/start-program.ts';

const WHAT_AND_WHY = [
  '--what=sleep',
  '--mode=delay',
  '--who=Lectern',
  '--why=Writes what is being recorded',
  'cat',
];

/** Delays the computer's sleep. Returns a function that ends the delay. */
export type DelaySleep = () => () => void;

/**
 * On Linux this is a `delay` inhibitor of systemd, for five seconds at most: Electron's own is released as soon as its
 * listeners have returned, whatever they have begun. A child process holds it and ends when our end of its stdin
 * closes, so that it never outlives this process. Elsewhere, and without systemd, sleep cannot be delayed.
 */
export function createSleepDelay(platform: NodeJS.Platform): DelaySleep {
  if (platform !== 'linux') return () => () => undefined;
  return () => {
    let inhibitor: RunningProgram;
    try {
      inhibitor = startProgram('systemd-inhibit', WHAT_AND_WHY);
    } catch {
      // No descriptors are left: sleep cannot be delayed.
      return () => undefined;
    }
    inhibitor.process.stdout.resume();
    return () => void inhibitor.process.stdin.end();
  };
}
