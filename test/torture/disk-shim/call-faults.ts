import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '../support/cleanup.ts';
import { compile } from './compile.ts';

/** Kinds of call, as call-faults.c numbers them. */
const KINDS = {
  open: 1,
  read: 2,
  write: 4,
  sync: 8,
  rename: 16,
  stat: 32,
  list: 64,
  unlink: 128,
  link: 256,
  truncate: 512,
} as const;
export type CallKind = keyof typeof KINDS;
export const CALL_KINDS = Object.keys(KINDS).filter((kind): kind is CallKind => kind in KINDS);

export interface CallFault {
  readonly kind: CallKind;
  /** Only calls on paths that hold this. */
  readonly match: string;
  /** Calls that succeed before, and calls that fail then. */
  readonly skip: number;
  readonly times: number;
}

/** A process's environment in which these calls fail with EIO, and how many did. */
export function failCalls({ kind, match, skip, times }: CallFault): {
  readonly env: Readonly<Record<string, string>>;
  failures(): number;
} {
  const control = join(temporaryFolder(), 'control');
  const bytes = Buffer.alloc(4096);
  [KINDS[kind], constants.errno.EIO, skip, times].forEach((value, index) =>
    bytes.writeInt32LE(value, 4 * index),
  );
  writeFileSync(control, bytes);
  return {
    env: {
      LD_PRELOAD: compile('call-faults.c'),
      LECTERN_FAULTS_CONTROL: control,
      LECTERN_FAULTS_MATCH: match,
      // io_uring goes round every function of libc.
      UV_USE_IO_URING: '0',
    },
    failures: () => readFileSync(control).readInt32LE(16),
  };
}
