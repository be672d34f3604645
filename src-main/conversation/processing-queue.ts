import type { ClaimedJob, JobOutcome, Jobs } from '../catalog/job-rows.ts';
import { LecternError, toWireError } from '../contract/errors.ts';
import type { Job, RecogniserSettings } from '../contract/processing.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { wait } from '../runtime/wait.ts';
import { lastingFailure, retryOf } from '../transcribe/failures.ts';

/** Tries of a job before it is left to somebody who looks at it. */
const MAX_ATTEMPTS = 5;
/** Waits between tries: each twice the one before. */
const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 3_600_000;
/** How often the catalog is asked for what other processes have put there, and for owners that are gone. */
const LOOK_INTERVAL_MS = 5000;
/** How often a running job says how far it is. */
const REPORT_INTERVAL_MS = 1000;
/** A session that is still being recorded is looked at again after this. */
const ACTIVE_WAIT_MS = 10_000;

export interface ProcessingQueueOptions {
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** This process in words that isOwnerAlive understands, in whichever process. */
  readonly owner: string;
  readonly isOwnerAlive: (owner: string) => boolean;
  /** How many jobs may run at once; asked whenever one could begin. */
  readonly workers: () => number;
  readonly process: (job: ClaimedJob, options: ProcessOptions) => Promise<void>;
  /** Told of every change of a job's state here, and of its progress. */
  readonly onChange: (job: Job) => void;
}

export interface ProcessOptions {
  readonly signal: AbortSignal;
  /** 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

/** What is still to be transcribed: kept in the catalog, so that it survives this process, and shared with others. */
export interface ProcessingQueue {
  /**
   * Asks for a session to be processed; one that waits already goes first, one that runs is left alone. Throws
   * CATALOG_UNAVAILABLE and what the database throws.
   * @param recogniser instead of that of the settings.
   */
  add(sessionId: string, recogniser?: RecogniserSettings): Job;
  /** Asks for a session that has just been recorded to: a job that runs may not have seen all of it. */
  addRecorded(sessionId: string): void;
  /** Ends a job, with the program that runs for it. Throws JOB_NOT_FOUND. */
  cancel(id: string): Job;
  cancelSession(sessionId: string): void;
  /** From now on jobs are worked on here. */
  start(): void;
  /** Works on one job alone, unless another process does, until it has ended. */
  runToEnd(id: string, signal: AbortSignal): Promise<Job>;
  /** Puts running jobs back, their programs ended. */
  close(): Promise<void>;
}

interface RunningJob {
  readonly job: ClaimedJob;
  readonly aborting: AbortController;
  readonly ended: Promise<void>;
}

/** Why a job's signal is aborted. */
type Abort = 'cancelled' | 'closing';

export function createProcessingQueue(options: ProcessingQueueOptions): ProcessingQueue {
  const { jobs, clock, log, owner } = options;
  const running = new Map<string, RunningJob>();
  let started = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const now = (): string => new Date(clock.wallMs()).toISOString();

  /** A catalog that is locked or broken for a moment is asked again at the next look. */
  const tolerantly = <T>(call: () => T): T | undefined => {
    try {
      return call();
    } catch (error) {
      log('warn', 'the queue of transcriptions could not be read or written; it is tried again', { error });
      return undefined;
    }
  };

  const tell = (id: string): void => {
    const job = tolerantly(() => jobs.get(id));
    if (job !== undefined) options.onChange(job);
  };

  const look = (): void => {
    clearTimeout(timer);
    if (closed) return;
    endCancelled();
    releaseOrphans();
    if (started) while (running.size < options.workers() && begin()) continue;
    timer = setTimeout(look, started ? untilDue() : LOOK_INTERVAL_MS).unref();
  };

  const untilDue = (): number => {
    const due = running.size < options.workers() ? tolerantly(() => jobs.nextDue()) : undefined;
    // What is due and was not begun waits for a session that is worked on elsewhere.
    const waitMs = due === undefined || due === '' ? LOOK_INTERVAL_MS : Date.parse(due) - clock.wallMs();
    return Math.min(LOOK_INTERVAL_MS, Math.max(waitMs, 50));
  };

  /** Another process may have cancelled what runs here. */
  const endCancelled = (): void => {
    for (const [id, { aborting }] of running)
      if (tolerantly(() => jobs.get(id))?.state === 'cancelled') aborting.abort('cancelled' satisfies Abort);
  };

  /** A job whose process died in it goes back to the queue, its tries counted. */
  const releaseOrphans = (): void => {
    tolerantly(() => {
      for (const other of jobs.owners()) {
        if (other === owner || options.isOwnerAlive(other)) continue;
        const count = jobs.release(other, now());
        if (count > 0) log('warn', 'a transcription was cut off; it is taken up again', { count });
      }
    });
  };

  const begin = (id?: string): boolean => {
    const job = tolerantly(() => jobs.claim(owner, now(), id));
    if (job === undefined) return false;
    const aborting = new AbortController();
    const ended = run(job, aborting.signal).finally(() => {
      running.delete(job.id);
      tell(job.id);
      if (started) look();
    });
    running.set(job.id, { job, aborting, ended });
    tell(job.id);
    return true;
  };

  const run = async (job: ClaimedJob, signal: AbortSignal): Promise<void> => {
    // Not before the caller knows that it runs.
    await Promise.resolve();
    let progress = job.progress;
    let reportedAtMs = -Infinity;
    const onProgress = (fraction: number): void => {
      progress = Math.min(1, Math.max(0, fraction));
      if (signal.aborted || clock.monotonicMs() - reportedAtMs < REPORT_INTERVAL_MS) return;
      reportedAtMs = clock.monotonicMs();
      const isOurs = tolerantly(() => jobs.report(job.id, owner, progress, now()));
      if (isOurs === false) running.get(job.id)?.aborting.abort('cancelled' satisfies Abort);
      else tell(job.id);
    };
    try {
      signal.throwIfAborted();
      // Whatever took the whole process down with it, that often, would do so again.
      if (job.attempts > MAX_ATTEMPTS) throw cutOffTooOften(job);
      await options.process(job, { signal, onProgress });
      settle(job.id, ended(job, 'completed', 1));
    } catch (error) {
      settle(job.id, outcomeOf(job, error, progress, signal));
    }
  };

  const outcomeOf = (job: ClaimedJob, error: unknown, progress: number, signal: AbortSignal): JobOutcome => {
    if (signal.aborted) {
      // Closing is nobody's failure: the try does not count.
      return signal.reason === 'closing'
        ? { ...ended(job, 'queued', progress), attempts: job.attempts - 1 }
        : ended(job, 'cancelled', progress);
    }
    if (error instanceof LecternError && (error.code === 'SESSION_ACTIVE' || error.code === 'SESSION_BUSY'))
      return { ...waiting(job, progress, ACTIVE_WAIT_MS), attempts: job.attempts - 1 };
    const wireError = toWireError(error);
    const { again, afterMs = 0 } = retryOf(error);
    const isLast = !again || job.attempts >= MAX_ATTEMPTS;
    log('warn', 'a transcription failed', { id: job.session_id, attempt: job.attempts, isLast, error });
    if (isLast) return { ...ended(job, 'failed', progress), error: wireError };
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (job.attempts - 1));
    return { ...waiting(job, progress, Math.max(waitMs, afterMs)), error: wireError };
  };

  const waiting = (job: ClaimedJob, progress: number, ms: number): JobOutcome => ({
    ...ended(job, 'queued', progress),
    notBefore: new Date(clock.wallMs() + ms).toISOString(),
  });

  const settle = (id: string, outcome: JobOutcome): void => {
    jobs.settle(id, owner, outcome, now(), () => {
      tell(id);
      // Its session may have another job.
      if (started) look();
    });
  };

  /** Newest first. One that runs, and one that waits for its end, may both be there. */
  const openJobsOf = (sessionId: string): readonly Job[] =>
    (['queued', 'running'] as const).flatMap((state) => jobs.list({ sessionId, state, limit: 10 }));

  const addNew = (sessionId: string, recogniser: RecogniserSettings | null): Job => {
    const at = now();
    const job: Job = {
      id: options.newId(),
      session_id: sessionId,
      kind: 'transcribe',
      state: 'queued',
      attempts: 0,
      progress: 0,
      not_before: null,
      error: null,
      created_at: at,
      updated_at: at,
    };
    jobs.add(job, recogniser);
    options.onChange(job);
    if (started) setImmediate(look);
    return job;
  };

  const hurry = (id: string): Job => {
    jobs.hurry(id, now());
    if (started) setImmediate(look);
    return requireJob(id);
  };

  const requireJob = (id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw new LecternError('JOB_NOT_FOUND', `There is no transcription ${id}`);
    return job;
  };

  const cancel = (id: string): Job => {
    requireJob(id);
    jobs.cancel(id, now());
    running.get(id)?.aborting.abort('cancelled' satisfies Abort);
    tell(id);
    return requireJob(id);
  };

  return {
    add(sessionId, recogniser) {
      const open = openJobsOf(sessionId);
      const [first] = open;
      if (first !== undefined && recogniser === undefined) return hurry(first.id);
      for (const { id } of open) cancel(id);
      return addNew(sessionId, recogniser ?? null);
    },
    addRecorded(sessionId) {
      const waiting = openJobsOf(sessionId).find(({ state }) => state === 'queued');
      if (waiting === undefined) addNew(sessionId, null);
      else hurry(waiting.id);
    },
    cancel,
    cancelSession(sessionId) {
      for (const { id } of openJobsOf(sessionId)) cancel(id);
    },
    start() {
      started = true;
      look();
    },
    async runToEnd(id, signal) {
      look();
      signal.addEventListener('abort', () => running.get(id)?.aborting.abort('closing' satisfies Abort));
      for (;;) {
        const job = tolerantly(() => requireJob(id));
        if (job !== undefined && job.state !== 'queued' && job.state !== 'running') return job;
        signal.throwIfAborted();
        const dueMs = job?.not_before == null ? 0 : Date.parse(job.not_before) - clock.wallMs();
        if (job?.state === 'queued' && dueMs <= 0 && begin(id)) await running.get(id)?.ended;
        else await wait(Math.min(LOOK_INTERVAL_MS, Math.max(dueMs, 200)), signal);
      }
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      for (const { aborting } of running.values()) aborting.abort('closing' satisfies Abort);
      await Promise.all([...running.values()].map((each) => each.ended));
    },
  };
}

function ended(job: ClaimedJob, state: JobOutcome['state'], progress: number): JobOutcome {
  return { state, attempts: job.attempts, progress, notBefore: null, error: null };
}

function cutOffTooOften(job: ClaimedJob): LecternError {
  return lastingFailure(
    'RECOGNISER_FAILED',
    `Lectern ended ${job.attempts - 1} times in the middle of this transcription. Try the recogniser out in Settings`,
  );
}
