import { LecternError } from '../../contract/errors.ts';
import type { ProgramEnd } from '../../runtime/start-program.ts';
import { diskFullWhile } from '../encoding-error.ts';

/** What to report of an ffmpeg that did not end well. Its own words, which hold paths, stay in the details. */
export function ffmpegError(task: string, end: ProgramEnd): LecternError {
  const details = { stderr: end.stderrTail };
  if (/No space left on device/i.test(end.stderrTail)) return diskFullWhile(task, { details });
  const how =
    end.error !== undefined
      ? `could not be run (${'code' in end.error ? String(end.error.code) : end.error.name})`
      : end.signal !== undefined
        ? `was ended by ${end.signal}`
        : `ended with exit code ${end.exitCode}`;
  return new LecternError('ENCODING_FAILED', `ffmpeg ${how} while ${task}`, { cause: end.error, details });
}
