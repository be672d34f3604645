import type { ClaimedJob, JobOutcome } from '../catalog/job-rows.ts';
import { LecternError, toWireError } from '../contract/errors.ts';
import { lastingFailure, retryOf } from '../transcribe/failures.ts';

/** Attempts of a job. After the last one, only a person can start it again. */
export const MAX_ATTEMPTS = 5;
/** Delays between attempts: each twice the one before. */
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 3_600_000;
/** A session that is still being recorded is checked again after this time. */
const ACTIVE_WAIT_MS = 10_000;

/** Why a job's signal is aborted. */
export type Abort = 'cancelled' | 'closing';

/** A job whose work ended without a result. */
export interface FailedRun {
  readonly job: ClaimedJob;
  readonly error: unknown;
  /** 0 to 1. */
  readonly progress: number;
  /** Where it is aborted, its reason is an Abort. */
  readonly signal: AbortSignal;
  readonly nowMs: number;
}

export function completed(job: ClaimedJob): JobOutcome {
  return endedAs(job, 'completed', 1);
}

/** The new state of a job that failed, was cancelled, or has to wait. */
export function outcomeOf({ job, error, progress, signal, nowMs }: FailedRun): JobOutcome {
  const waiting = (ms: number): JobOutcome => ({
    ...endedAs(job, 'queued', progress),
    notBefore: new Date(nowMs + ms).toISOString(),
  });
  if (signal.aborted) {
    // Closing is not a failure: the attempt does not count.
    return signal.reason === ('closing' satisfies Abort)
      ? { ...endedAs(job, 'queued', progress), attempts: job.attempts - 1 }
      : endedAs(job, 'cancelled', progress);
  }
  if (isBusy(error)) return { ...waiting(ACTIVE_WAIT_MS), attempts: job.attempts - 1 };
  const wireError = toWireError(error);
  const { again, afterMs = 0 } = retryOf(error);
  if (!again || job.attempts >= MAX_ATTEMPTS)
    return { ...endedAs(job, 'failed', progress), error: wireError };
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (job.attempts - 1));
  return { ...waiting(Math.max(waitMs, afterMs)), error: wireError };
}

export function cutOffTooOften(job: ClaimedJob): LecternError {
  return lastingFailure(
    'RECOGNISER_FAILED',
    `Lectern ended ${job.attempts - 1} times in the middle of this transcription. Try the recogniser out in Settings`,
  );
}

/** The session is being recorded, or another process works on it. */
function isBusy(error: unknown): boolean {
  return error instanceof LecternError && (error.code === 'SESSION_ACTIVE' || error.code === 'SESSION_BUSY');
}

function endedAs(job: ClaimedJob, state: JobOutcome['state'], progress: number): JobOutcome {
  return { state, attempts: job.attempts, progress, notBefore: null, error: null };
}
