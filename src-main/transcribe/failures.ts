import { LecternError, type ErrorCode } from '../contract/errors.ts';

/** Whether another try makes sense. */
export interface Retry {
  readonly again: boolean;
  /** What the other side asked to wait. */
  readonly afterMs?: number | undefined;
  /** False where one more try would cost as long as the last one did. */
  readonly soon?: boolean | undefined;
}

type FailureCode = Extract<ErrorCode, `RECOGNISER_${string}`>;

/** A failure that may be gone by itself: a crash, a busy server, one that is not running yet. */
export function passingFailure(
  code: FailureCode,
  message: string,
  { cause, ...hints }: { cause?: unknown } & Omit<Retry, 'again'> = {},
): LecternError {
  const retry: Retry = { again: true, ...hints };
  return new LecternError(code, message, { cause, details: { retry } });
}

/** A failure that stays until someone changes something: no such program, a wrong key. */
export function lastingFailure(code: FailureCode, message: string, cause?: unknown): LecternError {
  const retry: Retry = { again: false };
  return new LecternError(code, message, { cause, details: { retry } });
}

/** What an error of any kind says about another try. What is not a recogniser's is of the disk or the catalog, and may pass. */
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
 * The line in which a program or server says what is wrong, short and without the folders of paths, which are nobody's
 * business.
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
