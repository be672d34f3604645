import { readdir } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import { sessionIdSchema } from '../contract/session-id.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { releaseFolder } from '../files/ownership.ts';
import { systemCode } from '../files/write-error.ts';
import { withChangedMasters } from './changed-masters.ts';
import { clearLeftovers } from './clear-leftovers.ts';
import { latestWritten } from './folder-accounts.ts';
import { makeDelivery } from './recover-claimed.ts';
import { ask, type RecoveryContext, type RecoveryOptions } from './recovery-context.ts';
import { createSaver } from './save-session.ts';
import { settleSession, type SettledSession } from './settle-session.ts';
import { SIGN_WAIT_MS } from './still-written.ts';
import { settleStrays } from './stray-folders.ts';

/** A session that was cut off and that recovery could not put in order. */
export interface UnfinishedSession {
  readonly id: string;
  /** Why, in a sentence for people. */
  readonly reason: string;
}

export interface Recovery {
  /** Sessions that a crash had cut off. They are playable as WAV now; this is their present record. */
  readonly recovered: readonly SessionRecord[];
  /** Sessions with files that were left as they are. The next launch tries again. */
  readonly unfinished: readonly UnfinishedSession[];
  /** Makes the copies that were cut off. Stops early when aborted; the next launch goes on. */
  finishDeliveries(signal: AbortSignal): Promise<void>;
}

/**
 * Finds every unfinished session that nobody records, in the catalog and in the folders, and puts it in order. May
 * run again, may run beside a running instance, and may be killed.
 */
export async function recoverSessions(options: RecoveryOptions): Promise<Recovery> {
  const { dirs, catalog, log } = options;
  const settled: SettledSession[] = [];
  const unfinished: UnfinishedSession[] = [];
  const context: RecoveryContext = {
    ...options,
    retried: options.retried ?? new Set(),
    save: createSaver(catalog, log),
    leave: (id, reason) => unfinished.push({ id, reason }),
    waitsUpToMs: performance.now() + SIGN_WAIT_MS,
  };

  const isFree = (id: string): boolean =>
    ask(() => catalog.get(id), undefined, log) === undefined && dirs.candidatesOf(id).length === 0;
  for (const dir of dirs.all()) unfinished.push(...(await settleStrays(dir, isFree, log)));

  for (const id of await sessionIds(options))
    try {
      const one = await settleSession(id, context);
      if (one !== undefined) settled.push(one);
    } catch (error) {
      const reason =
        error instanceof LecternError ? error.message : `It cannot be read (${systemCode(error)})`;
      log('error', 'a session could not be recovered; its files are left as they are', { id, error });
      context.leave(id, `${reason}. It is left as it is, and tried again at the next launch`);
    }

  return {
    get recovered() {
      return settled.flatMap(({ session, wasCutOff }) =>
        session.status === 'recovered' && wasCutOff ? session : [],
      );
    },
    unfinished,
    async finishDeliveries(signal) {
      for (const [index, one] of settled.entries()) {
        if (one.deliveries.length === 0) continue;
        const session = await finishCopies(one, context, signal);
        if (session === undefined) return;
        settled[index] = { ...one, session, deliveries: [] };
        await Promise.all(one.folders.map(releaseFolder));
      }
    },
  };
}

/** Makes the copies of one session. Undefined where it was called off. */
async function finishCopies(
  { session, folders, deliveries }: SettledSession,
  context: RecoveryContext,
  signal: AbortSignal,
): Promise<SessionRecord | undefined> {
  const { catalog, dirs, log, save } = context;
  const made: RecordingFile[] = [];
  for (const delivery of deliveries) {
    if (signal.aborted) return undefined;
    made.push(await makeDelivery(session, delivery, context, signal));
  }
  if (signal.aborted) return undefined;
  const changed = await clearLeftovers(withMade(session, made), folders, log);
  // The session may have been renamed or annotated meanwhile. Only its files are changed here.
  const current = catalog.get(session.id) ?? (await latestWritten(dirs, folders, session.id)) ?? session;
  const next = { ...withMade(current, made), revision: current.revision + 1 };
  const latest = withChangedMasters(next, changed);
  await save(latest, folders);
  return latest;
}

/** The session with rows for what has been made of it. */
function withMade(session: SessionRecord, made: readonly RecordingFile[]): SessionRecord {
  const madeOf = ({ file_path }: RecordingFile): RecordingFile | undefined =>
    made.find((file) => file.file_path === file_path);
  return { ...session, files: session.files.map((file) => madeOf(file) ?? file) };
}

/** Every session with a folder, and every unfinished one: its folder may be elsewhere. */
async function sessionIds({ dirs, catalog, log }: RecoveryOptions): Promise<Set<string>> {
  const found: string[] = [];
  for (const dir of dirs.all())
    for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => []))
      if (sessionIdSchema.safeParse(entry.name).success) {
        if (entry.isDirectory()) found.push(entry.name);
        if (entry.isSymbolicLink())
          log('warn', 'a link has the name of a session folder; it is not followed', { id: entry.name });
      }
  // A deleted session whose folder is there again, from the trash or a new recording, is listed again.
  const deleted = ask(() => catalog.deletedIds(), [], log);
  for (const id of deleted)
    if (found.includes(id)) ask(() => catalog.setDeleted(id, undefined), undefined, log);
  const cutOff = ask(() => catalog.unfinished(), [], log);
  return new Set([...found, ...cutOff.map(({ id }) => id)]);
}
