import { readFileSync } from 'node:fs';

/** True where a process with this number exists, also another user's. */
export function isProcessAlive(pid: number): boolean {
  return presenceOf(pid) !== 'none';
}

/**
 * True where the same process still has this number.
 * @param started the earlier result of `processStarted` for it.
 */
export function isSameProcessAlive(pid: number, started: string): boolean {
  const presence = presenceOf(pid);
  // The start of another user's process may be hidden from us.
  return presence === 'not ours' || (presence === 'ours' && processStarted(pid) === started);
}

function presenceOf(pid: number): 'ours' | 'not ours' | 'none' {
  // Smaller numbers are process groups.
  if (pid <= 0) return 'none';
  try {
    process.kill(pid, 0);
    return 'ours';
  } catch (error) {
    // It exists, and we may not signal it.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'not ours' : 'none';
  }
}

/**
 * When a process started, to distinguish it from a later one with its number; empty where the system does not give it.
 */
export function processStarted(pid: number): string {
  if (process.platform !== 'linux') return '';
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted after the command in brackets, which may itself hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

/** Identifies this boot, independent of the clock; empty where the system has no such id. */
export function bootId(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
