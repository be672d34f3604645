import { LecternError } from '../contract/errors.ts';
import type { ChildEnd } from './child-processes.ts';

/** What to report of an ffmpeg that did not end well. Its own words, which hold paths, stay in the details. */
export function ffmpegError(task: string, end: ChildEnd): LecternError {
  const details = { stderr: end.stderrTail };
  if (/No space left on device/i.test(end.stderrTail)) {
    return new LecternError(
      'DISK_FULL',
      `The disk filled up while ${task}. Free some space and export again.`,
      {
        details,
      },
    );
  }
  const how =
    end.error !== undefined
      ? `could not be run (${'code' in end.error ? String(end.error.code) : end.error.name})`
      : end.signal !== undefined
        ? `was ended by ${end.signal}`
        : `ended with exit code ${end.exitCode}`;
  return new LecternError('ENCODING_FAILED', `ffmpeg ${how} while ${task}`, { cause: end.error, details });
}

/** `error` as an Error that may cross a boundary. */
export function encodingError(task: string, error: unknown): Error {
  if (error instanceof LecternError) return error;
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
    return new LecternError(
      'DISK_FULL',
      `The disk filled up while ${task}. Free some space and export again.`,
      {
        cause: error,
      },
    );
  }
  return new LecternError('ENCODING_FAILED', `Encoding failed while ${task}`, { cause: error });
}
