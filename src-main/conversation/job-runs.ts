import type { ClaimedJob, JobOutcome, Jobs } from '../catalog/job-rows.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { completed, cutOffTooOften, MAX_ATTEMPTS, outcomeOf, type Abort } from './job-outcome.ts';

/** How often a running job reports its progress. */
const REPORT_INTERVAL_MS = 1000;

export interface ProcessOptions {
  readonly signal: AbortSignal;
  /** 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

export interface JobRunsOptions {
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  /** This process's owner name in the catalog. */
  readonly owner: string;
  readonly process: (job: ClaimedJob, options: ProcessOptions) => Promise<void>;
  /** Undefined where the catalog could not be read now. */
  readonly tolerantly: <T>(call: () => T) => T | undefined;
  /** Called when a job has another state or has made progress. */
  readonly notify: (jobId: string) => void;
  /** Called whenever another job may begin. */
  readonly onFree: () => void;
}

interface RunningJob {
  readonly aborting: AbortController;
  readonly ended: Promise<void>;
}

/** The jobs that this process works on. */
export interface JobRuns {
  readonly size: number;
  /** Begins the next job that is due, or the one with this id. False where there is none, or another process has it. */
  begin(id?: string): boolean;
  /** Resolves once the job no longer runs here. */
  ended(id: string): Promise<void>;
  abort(id: string, reason: Abort): void;
  /** Ends the jobs that another process has cancelled. */
  endCancelled(): void;
  /** Aborts all jobs, and resolves once they have ended. */
  close(): Promise<void>;
}

export function createJobRuns(options: JobRunsOptions): JobRuns {
  const { jobs, clock, log, owner, tolerantly, notify, onFree } = options;
  const running = new Map<string, RunningJob>();

  const now = (): string => new Date(clock.wallMs()).toISOString();

  const settle = (id: string, outcome: JobOutcome): void => {
    jobs.settle(id, owner, outcome, now(), () => {
      notify(id);
      // Its session may have another job.
      onFree();
    });
  };

  const run = async (job: ClaimedJob, aborting: AbortController): Promise<void> => {
    const { signal } = aborting;
    // The caller must first know that it runs.
    await Promise.resolve();
    let progress = job.progress;
    let reportedAtMs = -Infinity;
    const onProgress = (fraction: number): void => {
      progress = Math.min(1, Math.max(0, fraction));
      if (signal.aborted || clock.monotonicMs() - reportedAtMs < REPORT_INTERVAL_MS) return;
      reportedAtMs = clock.monotonicMs();
      const isOurs = tolerantly(() => jobs.report(job.id, owner, progress, now()));
      if (isOurs === false) aborting.abort('cancelled' satisfies Abort);
      else notify(job.id);
    };
    try {
      signal.throwIfAborted();
      // A job that took the whole process down this often would do so again.
      if (job.attempts > MAX_ATTEMPTS) throw cutOffTooOften(job);
      await options.process(job, { signal, onProgress });
      settle(job.id, completed(job));
    } catch (error) {
      const outcome = outcomeOf({ job, error, progress, signal, nowMs: clock.wallMs() });
      if (outcome.error !== null)
        log('warn', 'a transcription failed', {
          id: job.session_id,
          attempt: job.attempts,
          isLast: outcome.state === 'failed',
          error,
        });
      settle(job.id, outcome);
    }
  };

  return {
    get size() {
      return running.size;
    },
    begin(id) {
      const job = tolerantly(() => jobs.claim(owner, now(), id));
      if (job === undefined) return false;
      const aborting = new AbortController();
      const ended = run(job, aborting).finally(() => {
        running.delete(job.id);
        notify(job.id);
        onFree();
      });
      running.set(job.id, { aborting, ended });
      notify(job.id);
      return true;
    },
    async ended(id) {
      await running.get(id)?.ended;
    },
    abort(id, reason) {
      running.get(id)?.aborting.abort(reason);
    },
    endCancelled() {
      for (const [id, { aborting }] of running)
        if (tolerantly(() => jobs.get(id))?.state === 'cancelled')
          aborting.abort('cancelled' satisfies Abort);
    },
    async close() {
      for (const { aborting } of running.values()) aborting.abort('closing' satisfies Abort);
      await Promise.all([...running.values()].map((each) => each.ended));
    },
  };
}
