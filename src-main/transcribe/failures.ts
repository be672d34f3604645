import { LecternError, type ErrorCode } from '../contract/errors.ts';

/** Whether another attempt makes sense. */
export interface Retry {
  readonly again: boolean;
  /** The delay that the server asked for. */
  readonly afterMs?: number | undefined;
  /** False where another attempt would take as long as the last one. */
  readonly soon?: boolean | undefined;
}

type FailureCode = Extract<ErrorCode, `RECOGNISER_${string}`>;

/** A temporary failure: a crash, a busy server, one that is not running yet. */
export function passingFailure(
  code: FailureCode,
  message: string,
  { cause, ...hints }: { cause?: unknown } & Omit<Retry, 'again'> = {},
): LecternError {
  const retry: Retry = { again: true, ...hints };
  return new LecternError(code, message, { cause, details: { retry } });
}

/** A permanent failure, until somebody changes something: a missing program, a wrong key. */
export function lastingFailure(code: FailureCode, message: string, cause?: unknown): LecternError {
  const retry: Retry = { again: false };
  return new LecternError(code, message, { cause, details: { retry } });
}

/**
 * What an error of any kind means for another attempt. Errors that are not a recogniser's come from the disk or the
 * catalog, and may pass.
 */
export function retryOf(error: unknown): Retry {
  if (!(error instanceof LecternError)) return { again: true };
  const retry = error.details?.['retry'];
  return isRetry(retry) ? retry : { again: PASSING.has(error.code) };
}

const PASSING: ReadonlySet<ErrorCode> = new Set([
  'DISK_FULL',
  'WRITE_FAILED',
  'CATALOG_UNAVAILABLE',
  'SESSION_ACTIVE',
  'SESSION_BUSY',
  'INTERNAL',
]);

function isRetry(value: unknown): value is Retry {
  return typeof value === 'object' && value !== null && 'again' in value;
}

/**
 * The line in which a program or server gives its error, shortened, and without the folders of paths, which are
 * private.
 */
export function complaintIn(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\p{Cc}+/gu, ' ').trim())
    .filter((line) => line !== '');
  const telling = lines.find((line) =>
    /error|fail|cannot|could not|unable|not found|no such|invalid/i.test(line),
  );
  const line = (telling ?? lines.at(-1) ?? '').replace(
    /(?:[A-Za-z]:)?(?:[\\/][^\s\\/'":;,()]+)+[\\/]([^\s\\/'":;,()]+)/g,
    '.../$1',
  );
  return line.length > 200 ? `${line.slice(0, 200)} ...` : line;
}
