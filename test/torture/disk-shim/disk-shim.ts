import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/cleanup.ts';
import { compile } from './compile.ts';

/** Why the shim cannot be used here. */
export function shimUnable(): string | undefined {
  return process.platform === 'linux' ? undefined : 'LD_PRELOAD is known to Linux';
}

export interface DiskFaults {
  /** Starts a process on this disk. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes every write after the next `skip` fail with this errno; with `names`, new files and renames too. */
  fail(errno: number, options?: { readonly skip?: number; readonly names?: boolean }): void;
  stall(): void;
  /** Makes reads fail with this errno, after the next `skip`, `times` of them, and only those that touch these bytes. */
  failReads(
    errno: number,
    options?: {
      readonly skip?: number;
      readonly times?: number;
      readonly from?: number;
      readonly to?: number;
    },
  ): void;
  heal(): void;
  /** How many calls were made to fail. */
  failures(): number;
  failedReads(): number;
}

const FIELDS = {
  error: 0,
  skip: 4,
  stall: 8,
  failed: 12,
  names: 16,
  readError: 20,
  readSkip: 24,
  readTimes: 28,
  readFrom: 32,
  readTo: 36,
  readFailed: 40,
} as const;

/** Faults, at will, of files under `root` whose path holds `match`. */
export function createDiskFaults(root: string, match: string): DiskFaults {
  const path = join(temporaryFolder(), 'control');
  writeFileSync(path, Buffer.alloc(4096));
  const set = (field: keyof typeof FIELDS, value: number): void => {
    const file = openSync(path, 'r+');
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    writeSync(file, bytes, 0, 4, FIELDS[field]);
    closeSync(file);
  };
  const get = (field: keyof typeof FIELDS): number => {
    const file = openSync(path, 'r');
    const bytes = Buffer.alloc(4);
    readSync(file, bytes, 0, 4, FIELDS[field]);
    closeSync(file);
    return bytes.readInt32LE();
  };
  return {
    env: { ...shimEnvironment(root), LECTERN_SHIM_CONTROL: path, LECTERN_SHIM_MATCH: match },
    fail(errno, { skip = 0, names = false } = {}) {
      set('skip', skip);
      set('names', names ? 1 : 0);
      set('error', errno);
    },
    stall: () => set('stall', 1),
    failReads(errno, { skip = 0, times = -1, from = 0, to = 0x7fff_ffff } = {}) {
      set('readSkip', skip);
      set('readTimes', times);
      set('readFrom', from);
      set('readTo', to);
      set('readError', errno);
    },
    heal() {
      set('error', 0);
      set('readError', 0);
      set('stall', 0);
    },
    failures: () => get('failed'),
    failedReads: () => get('readFailed'),
  };
}

/** Writes every change of files under `root` to `logPath`. */
export function recordWrites(root: string, logPath: string): Readonly<Record<string, string>> {
  return { ...shimEnvironment(root), LECTERN_SHIM_LOG: logPath };
}

function shimEnvironment(root: string): Record<string, string> {
  // io_uring goes round every function of libc.
  return { LD_PRELOAD: compile('disk-shim.c'), LECTERN_SHIM_ROOT: root, UV_USE_IO_URING: '0' };
}
