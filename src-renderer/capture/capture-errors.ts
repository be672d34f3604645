import { type ErrorCode, LecternError } from '../../src-main/contract/errors.ts';

const CODES: Readonly<Record<string, ErrorCode>> = {
  NotFoundError: 'MICROPHONE_NOT_FOUND',
  OverconstrainedError: 'MICROPHONE_NOT_FOUND',
  NotAllowedError: 'MICROPHONE_DENIED',
  SecurityError: 'MICROPHONE_DENIED',
  NotReadableError: 'MICROPHONE_BUSY',
  AbortError: 'MICROPHONE_BUSY',
};

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  MICROPHONE_NOT_FOUND: 'Expected a microphone, found none. Connect one and try again',
  MICROPHONE_DENIED:
    'Expected permission to use the microphone, it was refused. Allow it in the settings of the browser or system',
  MICROPHONE_BUSY:
    'Expected the microphone to open, the system would not hand it over. Close other programs that use it',
};

/** Our error for an error of the browser's capture interfaces. */
export function captureError(error: unknown): LecternError {
  if (error instanceof LecternError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  const code = CODES[name] ?? 'CAPTURE_UNSUPPORTED';
  const message =
    MESSAGES[code] ?? `Expected audio capture to start, got ${name}. Try another rate or browser`;
  return new LecternError(code, message, { cause: error });
}
