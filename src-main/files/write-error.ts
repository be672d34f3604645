import { LecternError } from '../contract/errors.ts';

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The system's error code, where it has one. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown error';
}

/** A failed write in the product's own terms; never names a path. */
export function writeError(error: unknown): LecternError {
  if (error instanceof LecternError) return error;
  const code = systemCode(error);
  if (FULL.has(code))
    return new LecternError(
      'DISK_FULL',
      'The disk is full. Everything recorded so far is kept; free some space, or choose another folder in Settings',
      { cause: error },
    );
  return new LecternError(
    'WRITE_FAILED',
    `The recording could not be written (${code}). Everything recorded so far is kept; check the disk or choose another folder in Settings`,
    { cause: error },
  );
}
