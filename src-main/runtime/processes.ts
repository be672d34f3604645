import { readFileSync } from 'node:fs';

/** Whether a process of this number is there, be it another user's. */
export function isProcessAlive(pid: number): boolean {
  return presenceOf(pid) !== 'none';
}

/**
 * Whether the very process is there that had this number.
 * @param started what `processStarted` said of it then.
 */
export function isSameProcessAlive(pid: number, started: string): boolean {
  const presence = presenceOf(pid);
  // What another user's process says of itself may be hidden from us.
  return presence === 'not ours' || (presence === 'ours' && processStarted(pid) === started);
}

function presenceOf(pid: number): 'ours' | 'not ours' | 'none' {
  // Smaller numbers mean groups of processes.
  if (pid <= 0) return 'none';
  try {
    process.kill(pid, 0);
    return 'ours';
  } catch (error) {
    // It is there, and may not be signalled.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'not ours' : 'none';
  }
}

/** When a process started, to tell it from a later one with its number; empty where the system does not say. */
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

/** Names this boot whatever the clock does; empty where the system has no such name. */
export function bootId(): string {
  if (process.platform !== 'linux') return '';
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
