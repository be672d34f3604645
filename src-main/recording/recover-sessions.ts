import { readdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '../catalog/catalog.ts';
import { LecternError } from '../contract/errors.ts';
import { sessionIdSchema } from '../contract/session-id.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import { listFiles } from '../disk/list-files.ts';
import type { Encoder } from '../encode/encoder.ts';
import { isUnfinishedMaster } from '../files/found-name.ts';
import { claimFolder, ownerState, releaseFolder } from '../files/ownership.ts';
import { recordingsDirOf, type RecordingsDirs } from '../files/recordings-dirs.ts';
import { systemCode } from '../files/write-error.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import {
  isRenamed,
  lacksChanges,
  later,
  latestOf,
  latestWritten,
  readAccounts,
  withRenamed,
} from './folder-accounts.ts';
import { inferRecord, type InferredRecord } from './infer-record.ts';
import { withChangedMasters, type ChangedMaster } from './changed-masters.ts';
import { isLacking, keepLackingAccounts, withNote } from './keep-accounts.ts';
import { removeLeftovers } from './leftovers.ts';
import { makeDelivery, recoverClaimed } from './recover-claimed.ts';
import type { UnfinishedDelivery } from './recover-session.ts';
import { keepDescription, retireOldName } from './renamed-folder.ts';
import { withRetries } from './retry-copies.ts';
import { createSaver } from './save-session.ts';
import { areStillWritten, SIGN_WAIT_MS } from './still-written.ts';
import { holdsRecordings, settleStrays } from './stray-folders.ts';

/** A folder may be full of what does not belong there. */
const MOST_NAMED = 20;
const UNWRITABLE =
  'Its folder cannot be written: make it writable, or free some space. It is left as it is, and tried again at the next launch';

const UNREADABLE =
  'Its folder holds files that are called as recordings are, and none that can be listed: open them with another program, or give one its name back. It is left as it is';

const AWAY =
  'Its folder is not where it was: bring it back, or delete the session. It is tried again at the next launch';

export interface RecoveryOptions {
  readonly dirs: RecordingsDirs;
  readonly catalog: Catalog;
  readonly transcripts: Pick<TranscriptStore, 'restore' | 'keepLacking'>;
  readonly encoder: Encoder;
  readonly clock: Clock;
  readonly log: Log;
  readonly mp3BitRate?: number | undefined;
  /** Sessions whose copies have been tried again in this run: one that fails is not tried for ever. */
  readonly retried?: Set<string>;
}

/** A session that was cut off and could not be put in order. */
export interface UnfinishedSession {
  readonly id: string;
  /** Why, in a sentence for people. */
  readonly reason: string;
}

export interface Recovery {
  /** Sessions that a crash had cut off, playable as WAV now, as they are known by then. */
  readonly recovered: readonly SessionRecord[];
  /** Those of which files were left as they are, to be tried again at the next launch. */
  readonly unfinished: readonly UnfinishedSession[];
  /** Makes the delivered copies that were cut off; stops early, to be taken up at the next launch, when aborted. */
  finishDeliveries(signal: AbortSignal): Promise<void>;
}

/**
 * Finds every session that nobody is recording and nobody has finished, from the catalog and from bare folders, and
 * puts it in order. May be run again, beside a running instance, or be killed itself.
 */
export async function recoverSessions(options: RecoveryOptions): Promise<Recovery> {
  const { dirs, catalog, transcripts, log, retried = new Set<string>() } = options;
  const settled: {
    session: SessionRecord;
    folders: readonly string[];
    deliveries: readonly UnfinishedDelivery[];
    /** False where only copies are made that could not be made before. */
    wasCutOff: boolean;
  }[] = [];
  const unfinished: UnfinishedSession[] = [];
  /** Once for all: who has lost its name has it again by then. */
  const waitsUpToMs = performance.now() + SIGN_WAIT_MS;
  const save = createSaver(catalog, log);

  const restoreText = async (session: SessionRecord, folders: readonly string[]): Promise<void> => {
    const restored = session.database_records
      ? transcripts.restore(session.id, folders)
      : transcripts.keepLacking(session.id, folders);
    await restored.catch((error: unknown) => {
      log('error', 'the text of a session could not be restored', { id: session.id, error });
    });
  };

  /** Also says where a recording is not what its copy was made of. */
  const clearLeftovers = async (
    session: SessionRecord,
    folders: readonly string[],
  ): Promise<readonly ChangedMaster[]> => {
    const changed = await removeLeftovers(session, folders).catch((error: unknown) => {
      log('warn', 'what a crash left could not be removed', { id: session.id, error });
      return [];
    });
    if (changed.length > 0)
      log('error', 'a recording is not what it was when its copy was made; that copy is kept aside', {
        id: session.id,
        files: changed.map(({ file }) => file.file_path),
      });
    return changed;
  };

  const finishFolders = async (
    session: SessionRecord,
    folders: readonly string[],
  ): Promise<SessionRecord> => {
    const changed = await clearLeftovers(session, folders);
    const told = withChangedMasters({ ...session, revision: session.revision + 1 }, changed);
    if (changed.length > 0) await save(told, folders);
    await Promise.all(folders.map(releaseFolder));
    return changed.length > 0 ? told : session;
  };

  const noteRenamed = (session: SessionRecord, from: string | undefined): void => {
    if (from === undefined) return;
    log('warn', 'the folder of a session has another name; the session goes on under that', {
      id: session.id,
      from,
    });
    if (session.database_records) ask(() => retireOldName(session, from, options), undefined, log);
  };

  /** Another process may just have claimed them. */
  const noteUnclaimed = async (id: string, folders: readonly string[], cutOff: boolean): Promise<void> => {
    const owners = await Promise.all(folders.map(ownerState));
    if (!cutOff || owners.includes('alive')) return;
    log('error', 'a session was cut off, and its folder cannot be written', { id });
    unfinished.push({ id, reason: UNWRITABLE });
  };

  const recoverSession = async (id: string): Promise<void> => {
    const known = ask(() => catalog.get(id), undefined, log);
    const candidates = dirs.candidatesOf(id);
    const places = [...new Set([...(known === undefined ? [] : dirs.foldersOf(known)), ...candidates])];
    const written = await readAccounts(dirs, places, id);
    const accounts = known === undefined ? await withRenamed(written, places, id) : written;
    const described = later(known, latestOf(accounts));
    const inferred = described === undefined ? await inferFirst(id, candidates) : undefined;
    const account = described ?? inferred?.record;
    if (account === undefined) {
      for (const folder of candidates)
        if (await holdsRecordings(folder)) unfinished.push({ id, reason: UNREADABLE });
      return;
    }
    const told = {
      ...account,
      recordings_dir: whereIs(account, dirs),
      // What the catalog has once known stays in it: left out, it would be unfinished there for good.
      database_records: account.database_records || known !== undefined,
    };
    const folders = dirs.foldersOf(told);
    if (folders.length === 0) {
      if (told.status === 'recording') unfinished.push({ id, reason: AWAY });
      return;
    }
    const owners = await Promise.all(folders.map(ownerState));
    if (owners.includes('alive')) return;
    const partialMaster = await hasPartialMaster(folders, id, log);
    const unfinishedCopy = told.files.some(({ status }) => status === 'recording');
    const wasCutOff = told.status === 'recording' || unfinishedCopy || partialMaster;
    const record = retried.has(id) ? told : await withRetries(told, folders);
    retried.add(id);
    const cutOff = wasCutOff || record !== told;
    const isNews = known?.revision !== record.revision || known.recordings_dir !== record.recordings_dir;
    if (!cutOff && isNews) await save(record, []);
    if (!cutOff) await restoreText(record, folders);
    // Of one that the catalog knows better, what was cut counts no more.
    const isKnown = described !== undefined && described === known;
    const mustKeep =
      accounts.some(({ kind }) => kind === 'damaged') || (!isKnown && accounts.some(isLacking));
    const renamedFrom = accounts.find(isRenamed)?.renamedFrom;
    const isBehind = folders.some((folder) => lacksChanges(accounts[places.indexOf(folder)], record));
    const isNobodys = owners.every((owner) => owner === 'none');
    if (!cutOff && !mustKeep && !isBehind && isNobodys) return;
    if (cutOff && isNobodys && (await areStillWritten(folders, waitsUpToMs))) {
      log('warn', 'a session is being recorded though nobody is named in its folder; it is left alone', {
        id,
      });
      return;
    }
    const claims = await Promise.all(folders.map(claimFolder));
    const claimed = folders.filter((_, index) => claims[index] === true);
    // A folder that cannot be written cannot be claimed either; what is in the others is recovered all the same.
    if (claimed.length < folders.length)
      await noteUnclaimed(
        id,
        folders.filter((folder) => !claimed.includes(folder)),
        wasCutOff,
      );
    if (claimed.length === 0) return;
    const kept = mustKeep ? await keepLackingAccounts(claimed, id, log) : [];
    const noted = isKnown ? record : withNote(record, kept);
    if (renamedFrom !== undefined) for (const folder of claimed) await keepDescription(folder);
    if (!cutOff) {
      if (kept.length > 0) await save({ ...noted, revision: noted.revision + 1 }, claimed);
      else if (isBehind) await save(noted, claimed);
      noteRenamed(noted, renamedFrom);
      await finishFolders(noted, claimed);
      return;
    }
    const siblings = { isDescribed: described !== undefined, shape: inferred?.shape };
    const { session, deliveries, left } = await recoverClaimed(
      { record: noted, siblings, folders: claimed, owners },
      { ...options, save },
    );
    for (const reason of left) unfinished.push({ id, reason: `A file of it is left as it is: ${reason}` });
    const mayBeAsBefore = record.status === 'failed' || !wasCutOff;
    const isAsBefore = mayBeAsBefore && isDeepStrictEqual(session.files, told.files);
    if (!isAsBefore) await save(session, claimed);
    await restoreText(session, claimed);
    noteRenamed(session, renamedFrom);
    if (session.status === 'recovered' && wasCutOff)
      log('warn', 'a session that was cut off has been recovered', { id, seconds: session.duration_seconds });
    else if (session.status === 'failed')
      log('error', 'what a session that was cut off held could not be recovered', { id, left });
    const ended = deliveries.length === 0 ? await finishFolders(session, claimed) : session;
    settled.push({ session: ended, folders: claimed, deliveries, wasCutOff });
  };

  const isFree = (id: string): boolean =>
    ask(() => catalog.get(id), undefined, log) === undefined && dirs.candidatesOf(id).length === 0;
  for (const dir of dirs.all()) unfinished.push(...(await settleStrays(dir, isFree, log)));

  for (const id of await sessionIds(options))
    await recoverSession(id).catch((error: unknown) => {
      const reason =
        error instanceof LecternError ? error.message : `It cannot be read (${systemCode(error)})`;
      log('error', 'a session could not be recovered; its files are left as they are', { id, error });
      unfinished.push({ id, reason: `${reason}. It is left as it is, and tried again at the next launch` });
    });

  return {
    get recovered() {
      return settled.flatMap(({ session, wasCutOff }) =>
        session.status === 'recovered' && wasCutOff ? session : [],
      );
    },
    unfinished,
    async finishDeliveries(signal) {
      for (const [index, one] of settled.entries()) {
        const { session, folders, deliveries } = one;
        if (deliveries.length === 0) continue;
        const made: RecordingFile[] = [];
        for (const delivery of deliveries) {
          if (signal.aborted) return;
          made.push(await makeDelivery(session, delivery, options, signal));
        }
        if (signal.aborted) return;
        const changed = await clearLeftovers(withMade(session, made), folders);
        // Renamed or annotated meanwhile: only the files are ours to change.
        const current =
          catalog.get(session.id) ?? (await latestWritten(dirs, folders, session.id)) ?? session;
        const latest = withChangedMasters(
          { ...withMade(current, made), revision: current.revision + 1 },
          changed,
        );
        await save(latest, folders);
        settled[index] = { ...one, session: latest, deliveries: [] };
        await Promise.all(folders.map(releaseFolder));
      }
    },
  };
}

/** The session with rows for what has been made of it. */
function withMade(session: SessionRecord, made: readonly RecordingFile[]): SessionRecord {
  const madeOf = ({ file_path }: RecordingFile): RecordingFile | undefined =>
    made.find((file) => file.file_path === file_path);
  return { ...session, files: session.files.map((file) => madeOf(file) ?? file) };
}

/** What the catalog answers; where it cannot, the folders speak for their sessions. */
function ask<T>(question: () => T, otherwise: T, log: Log): T {
  try {
    return question();
  } catch (error) {
    log('error', 'the catalog could not be used; what is in the folders counts', { error });
    return otherwise;
  }
}

/** Every session that has a folder, and every unfinished one, whose folder may be elsewhere. */
async function sessionIds({ dirs, catalog, log }: RecoveryOptions): Promise<Set<string>> {
  const found: string[] = [];
  for (const dir of dirs.all())
    for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => []))
      if (sessionIdSchema.safeParse(entry.name).success) {
        if (entry.isDirectory()) found.push(entry.name);
        if (entry.isSymbolicLink())
          log('warn', 'a link has the name of a session folder; it is not followed', { id: entry.name });
      }
  // A folder that is there again, out of the trash or recorded anew, is a session again.
  const deleted = ask(() => catalog.deletedIds(), [], log);
  for (const id of deleted)
    if (found.includes(id)) ask(() => catalog.setDeleted(id, undefined), undefined, log);
  const cutOff = ask(() => catalog.unfinished(), [], log);
  return new Set([...found, ...cutOff.map(({ id }) => id)]);
}

async function inferFirst(id: string, folders: readonly string[]): Promise<InferredRecord | undefined> {
  for (const folder of folders) {
    const inferred = await inferRecord(id, folder);
    if (inferred !== undefined) return inferred;
  }
  return undefined;
}

/** The folder that the session's own is in now: what it says may be from before a folder was moved. */
function whereIs(session: SessionRecord, dirs: RecordingsDirs): string | null {
  const { recordings_dir, fallback_dir } = session;
  const found = dirs.foldersOf(session).map(dirname);
  if (found.length === 0 || found.includes(resolve(recordings_dir ?? dirs.usual))) return recordings_dir;
  const own = found.find((dir) => fallback_dir === null || dir !== resolve(fallback_dir));
  return own === undefined ? recordings_dir : recordingsDirOf(dirs, own);
}

/** Says too what is no file in a session's folders, as it is neither recovered nor removed. */
async function hasPartialMaster(folders: readonly string[], id: string, log: Log): Promise<boolean> {
  const listings = await Promise.all(folders.map(listFiles));
  const others = listings.flatMap((listing) => listing.others);
  if (others.length > 0)
    log('warn', 'links, pipes or devices are in the folder of a session; they are left as they are', {
      id,
      names: others.slice(0, MOST_NAMED),
    });
  return listings.some(({ files }) => files.some(isUnfinishedMaster));
}
