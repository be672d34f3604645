import type { ClaimedJob, Jobs } from '../catalog/job-rows.ts';
import { LecternError } from '../contract/errors.ts';
import type { Job, RecogniserSettings } from '../contract/processing.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { wait } from '../runtime/wait.ts';
import { createJobRuns, type ProcessOptions } from './job-runs.ts';

/** How often the catalog is checked for jobs from other processes, and for dead owners. */
const LOOK_INTERVAL_MS = 5000;

export interface ProcessingQueueOptions {
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** Describes this process; isOwnerAlive understands it in any process. */
  readonly owner: string;
  readonly isOwnerAlive: (owner: string) => boolean;
  /** How many jobs may run at once; read whenever a job could begin. */
  readonly workers: () => number;
  readonly process: (job: ClaimedJob, options: ProcessOptions) => Promise<void>;
  /** Called for every change of a job's state in this process, and for its progress. */
  readonly onChange: (job: Job) => void;
}

/** The transcription jobs: kept in the catalog, so that they survive this process and other processes can take them. */
export interface ProcessingQueue {
  /**
   * Adds a job for a session. A job that waits moves to the front; a running one stays as it is. Throws
   * CATALOG_UNAVAILABLE and the database's errors.
   * @param recogniser instead of the one of the settings.
   */
  add(sessionId: string, recogniser?: RecogniserSettings): Job;
  /** Adds a job for a session with a new recording: a running job may not have seen all of it. */
  addRecorded(sessionId: string): void;
  /** Cancels a job, and ends the program that runs for it. Throws JOB_NOT_FOUND. */
  cancel(id: string): Job;
  cancelSession(sessionId: string): void;
  /** From now on this process takes jobs. */
  start(): void;
  /** Works on only this job until it has ended; waits where another process works on it. */
  runToEnd(id: string, signal: AbortSignal): Promise<Job>;
  /** Puts running jobs back in the queue, and ends their programs. */
  close(): Promise<void>;
}

export function createProcessingQueue(options: ProcessingQueueOptions): ProcessingQueue {
  const { jobs, clock, log, owner } = options;
  let started = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const now = (): string => new Date(clock.wallMs()).toISOString();

  /** Where the catalog is locked or fails, the call is repeated at the next check. */
  const tolerantly = <T>(call: () => T): T | undefined => {
    try {
      return call();
    } catch (error) {
      log('warn', 'the queue of transcriptions could not be read or written; it is tried again', { error });
      return undefined;
    }
  };

  const notify = (id: string): void => {
    const job = tolerantly(() => jobs.get(id));
    if (job !== undefined) options.onChange(job);
  };

  const runs = createJobRuns({
    ...options,
    tolerantly,
    notify,
    onFree: () => {
      if (started) look();
    },
  });

  const untilDue = (): number => {
    const due = runs.size < options.workers() ? tolerantly(() => jobs.nextDue()) : undefined;
    // A job that is due and did not begin waits for a session that is in use elsewhere.
    const waitMs = due === undefined || due === '' ? LOOK_INTERVAL_MS : Date.parse(due) - clock.wallMs();
    return Math.min(LOOK_INTERVAL_MS, Math.max(waitMs, 50));
  };

  /** A job whose process died goes back to the queue; the attempt counts. */
  const releaseOrphans = (): void => {
    tolerantly(() => {
      for (const other of jobs.owners()) {
        if (other === owner || options.isOwnerAlive(other)) continue;
        const count = jobs.release(other, now());
        if (count > 0) log('warn', 'a transcription was cut off; it is taken up again', { count });
      }
    });
  };

  const look = (): void => {
    clearTimeout(timer);
    if (closed) return;
    runs.endCancelled();
    releaseOrphans();
    if (started) while (runs.size < options.workers() && runs.begin()) continue;
    timer = setTimeout(look, started ? untilDue() : LOOK_INTERVAL_MS).unref();
  };

  const requireJob = (id: string): Job => {
    const job = jobs.get(id);
    if (job === undefined) throw new LecternError('JOB_NOT_FOUND', `There is no transcription ${id}`);
    return job;
  };

  /** Newest first. There may be two: one that runs, and one that waits for it. */
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

  const cancel = (id: string): Job => {
    requireJob(id);
    jobs.cancel(id, now());
    runs.abort(id, 'cancelled');
    notify(id);
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
      signal.addEventListener('abort', () => runs.abort(id, 'closing'));
      for (;;) {
        const job = tolerantly(() => requireJob(id));
        if (job !== undefined && job.state !== 'queued' && job.state !== 'running') return job;
        signal.throwIfAborted();
        const dueMs = job?.not_before == null ? 0 : Date.parse(job.not_before) - clock.wallMs();
        if (job?.state === 'queued' && dueMs <= 0 && runs.begin(id)) await runs.ended(id);
        else await wait(Math.min(LOOK_INTERVAL_MS, Math.max(dueMs, 200)), signal);
      }
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await runs.close();
    },
  };
}
