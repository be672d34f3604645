import { LecternError } from '../contract/errors.ts';

/** `error` as an Error that may cross a boundary. */
export function encodingError(task: string, error: unknown): Error {
  if (error instanceof LecternError) return error;
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
    return diskFullWhile(task, { cause: error });
  return new LecternError('ENCODING_FAILED', `Encoding failed while ${task}`, { cause: error });
}

/** DISK_FULL for a copy: the recording itself is safe, and can be exported again. */
export function diskFullWhile(
  task: string,
  from: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> },
): LecternError {
  return new LecternError(
    'DISK_FULL',
    `The disk filled up while ${task}. Free some space and export again.`,
    from,
  );
}
