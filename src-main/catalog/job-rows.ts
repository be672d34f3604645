import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { WireError } from '../contract/errors.ts';
import {
  jobSchema,
  recogniserSettingsSchema,
  type Job,
  type JobState,
  type RecogniserSettings,
} from '../contract/processing.ts';
import { columnsOf, insertInto } from './columns.ts';
import type { WriteQueue } from './write-queue.ts';

/** A job with everything that its worker needs. */
export interface ClaimedJob extends Job {
  /** Null: use the recogniser of the settings. */
  readonly recogniser: RecogniserSettings | null;
}

export interface JobQuery {
  readonly sessionId?: string | undefined;
  readonly state?: JobState | undefined;
  readonly limit: number;
}

/** The state in which a worker leaves a job. */
export interface JobOutcome {
  readonly state: Exclude<JobState, 'running'>;
  readonly attempts: number;
  readonly progress: number;
  readonly notBefore: string | null;
  readonly error: WireError | null;
}

/** The jobs of a catalog that several processes may work on. Calls throw only when the database itself fails. */
export interface Jobs {
  add(job: Job, recogniser: RecogniserSettings | null): void;
  get(id: string): Job | undefined;
  /** Newest first. */
  list(query: JobQuery): readonly Job[];
  /** The newest job of each of these sessions that has one. */
  latest(sessionIds: readonly string[]): ReadonlyMap<string, Job>;
  /**
   * Assigns the longest waiting job that is due to this owner, and begins an attempt. Where several ask at once, only
   * one gets it. Only one worker works on a session at a time.
   * @param id only this one, due or not.
   */
  claim(owner: string, now: string, id?: string): ClaimedJob | undefined;
  /** False where the job is no longer this owner's: cancelled, or taken over. */
  report(id: string, owner: string, progress: number, now: string): boolean;
  /**
   * Ends an attempt, unless the job belongs to another owner by now. Returns true where that is written. Otherwise the
   * write waits, and no other process takes the job while its owner lives. Never throws.
   * @param onWritten called where the write had to wait and is done.
   */
  settle(id: string, owner: string, outcome: JobOutcome, now: string, onWritten: () => void): boolean;
  /** Lets a waiting job begin at once. */
  hurry(id: string, now: string): void;
  /** Ends a waiting or running job, whichever process works on it. False where it had ended already. */
  cancel(id: string, now: string): boolean;
  /** The owners of running jobs. */
  owners(): readonly string[];
  /** Puts the jobs of a dead owner back in the queue. Returns how many. */
  release(owner: string, now: string): number;
  /** When the next waiting job is due; undefined where none waits. */
  nextDue(): string | undefined;
}

const jobColumns = columnsOf(jobSchema);
const jobOf = (row: unknown): Job => jobSchema.parse(jobColumns.fromRow(row));

const OPEN = "state IN ('queued', 'running')";

export function prepareJobs(database: Database.Database, queue: WriteQueue): Jobs {
  const statements = prepare(database);

  const claim = database.transaction((owner: string, now: string, id: string | undefined) => {
    const next = statements.next.get({ now, id: id ?? null });
    if (next === undefined) return undefined;
    const waiting = jobOf(next);
    statements.begin.run({ id: waiting.id, owner, now });
    const recogniser = z.string().nullable().parse(statements.recogniser.get(waiting.id));
    return {
      ...jobOf(statements.get.get(waiting.id)),
      recogniser: recogniser === null ? null : recogniserSettingsSchema.parse(JSON.parse(recogniser)),
    };
  });

  return {
    add(job, recogniser) {
      statements.add.run({
        ...jobColumns.toRow(job),
        recogniser: recogniser === null ? null : JSON.stringify(recogniser),
      });
    },
    get(id) {
      const row = statements.get.get(id);
      return row === undefined ? undefined : jobOf(row);
    },
    list: ({ sessionId, state, limit }) =>
      statements.list.all({ session_id: sessionId ?? null, state: state ?? null, limit }).map(jobOf),
    latest(sessionIds) {
      const jobs = statements.latest.all(JSON.stringify(sessionIds)).map(jobOf);
      return new Map(jobs.map((job) => [job.session_id, job]));
    },
    claim: (owner, now, id) => claim.immediate(owner, now, id),
    report: (id, owner, progress, now) => statements.report.run({ id, owner, progress, now }).changes > 0,
    settle: (id, owner, { notBefore, error, ...outcome }, now, onWritten) =>
      queue.submit({
        key: `job ${id}`,
        write: () =>
          statements.settle.run({
            ...outcome,
            id,
            owner,
            now,
            not_before: notBefore,
            error: error === null ? null : JSON.stringify(error),
          }),
        onWritten,
      }),
    hurry(id, now) {
      statements.hurry.run({ id, now });
    },
    cancel: (id, now) => statements.cancel.run({ id, now }).changes > 0,
    owners: () => z.array(z.string()).parse(statements.owners.pluck().all()),
    release: (owner, now) => statements.release.run({ owner, now }).changes,
    nextDue: () => z.string().nullish().parse(statements.nextDue.pluck().get()) ?? undefined,
  };
}

function prepare(database: Database.Database) {
  return {
    add: database.prepare(insertInto('jobs', [...jobColumns.names, 'recogniser'])),
    recogniser: database.prepare('SELECT recogniser FROM jobs WHERE id = ?').pluck(),
    get: database.prepare('SELECT * FROM jobs WHERE id = ?'),
    list: database.prepare(
      `SELECT * FROM jobs
       WHERE (@session_id IS NULL OR session_id = @session_id) AND (@state IS NULL OR state = @state)
       ORDER BY created_at DESC, rowid DESC LIMIT @limit`,
    ),
    latest: database.prepare(
      `SELECT jobs.* FROM json_each(?) asked, jobs WHERE jobs.rowid =
         (SELECT rowid FROM jobs newest WHERE newest.session_id = asked.value
          ORDER BY newest.created_at DESC, newest.rowid DESC LIMIT 1)`,
    ),
    next: database.prepare(
      `SELECT * FROM jobs WHERE state = 'queued' AND (@id IS NULL OR id = @id)
         AND (@id IS NOT NULL OR not_before IS NULL OR not_before <= @now)
         AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.session_id = jobs.session_id AND other.state = 'running')
       ORDER BY created_at, rowid LIMIT 1`,
    ),
    begin: database.prepare(
      `UPDATE jobs SET state = 'running', owner = @owner, attempts = attempts + 1, not_before = NULL, error = NULL,
         updated_at = @now WHERE id = @id`,
    ),
    report: database.prepare(
      `UPDATE jobs SET progress = @progress, updated_at = @now
       WHERE id = @id AND owner = @owner AND state = 'running'`,
    ),
    settle: database.prepare(
      `UPDATE jobs SET state = @state, attempts = @attempts, progress = @progress, not_before = @not_before,
         error = @error, owner = NULL, updated_at = @now
       WHERE id = @id AND owner = @owner AND state = 'running'`,
    ),
    hurry: database.prepare(
      "UPDATE jobs SET not_before = NULL, updated_at = @now WHERE id = @id AND state = 'queued'",
    ),
    cancel: database.prepare(
      `UPDATE jobs SET state = 'cancelled', not_before = NULL, owner = NULL, updated_at = @now
       WHERE id = @id AND ${OPEN}`,
    ),
    owners: database.prepare("SELECT DISTINCT owner FROM jobs WHERE state = 'running' AND owner IS NOT NULL"),
    release: database.prepare(
      `UPDATE jobs SET state = 'queued', owner = NULL, updated_at = @now
       WHERE owner = @owner AND state = 'running'`,
    ),
    nextDue: database.prepare(
      "SELECT coalesce(not_before, '') FROM jobs WHERE state = 'queued' ORDER BY 1 LIMIT 1",
    ),
  };
}
