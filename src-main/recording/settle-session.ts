import { isDeepStrictEqual } from 'node:util';
import type { SessionRecord } from '../contract/session-record.ts';
import { listFiles, type FolderListing } from '../disk/list-files.ts';
import { isUnfinishedMaster } from '../files/found-name.ts';
import { claimFolder, ownerState, releaseFolder, type OwnerState } from '../files/ownership.ts';
import type { Log } from '../runtime/log.ts';
import { withChangedMasters } from './changed-masters.ts';
import { clearLeftovers } from './clear-leftovers.ts';
import { keepLackingAccounts, withNote } from './keep-accounts.ts';
import {
  describesAnother,
  isFolderBehind,
  knownSession,
  mustKeepAccounts,
  type KnownSession,
} from './known-session.ts';
import { recoverClaimed } from './recover-claimed.ts';
import type { UnfinishedDelivery } from './recover-session.ts';
import { ask, type RecoveryContext } from './recovery-context.ts';
import { keepDescription, retireOldName } from './renamed-folder.ts';
import { withRetries } from './retry-copies.ts';
import { areStillWritten } from './still-written.ts';
import { MOST_NAMED } from './list-unlisted.ts';
import { tellElsewhere, withUnlisted } from './tell-unlisted.ts';

const UNWRITABLE =
  'Its folder cannot be written: make it writable, or free some space. It is left as it is, and tried again at the next launch';

/** A session that was cut off. All its files but its copies are in order. */
export interface SettledSession {
  readonly session: SessionRecord;
  readonly folders: readonly string[];
  readonly deliveries: readonly UnfinishedDelivery[];
  /** False where recovery only tries copies again that failed before. */
  readonly wasCutOff: boolean;
}

/** A session that needs a change. This process owns its folders now. */
interface Claimed {
  readonly known: KnownSession;
  readonly record: SessionRecord;
  readonly folders: readonly string[];
  readonly owners: readonly OwnerState[];
}

/**
 * Puts one session in order, unless somebody records it. Undefined where it was not cut off. Rejects where a file or
 * folder of the session cannot be read.
 */
export async function settleSession(
  id: string,
  context: RecoveryContext,
): Promise<SettledSession | undefined> {
  const { log, retried } = context;
  const known = await knownSession(id, context, context.leave);
  if (known === undefined) return undefined;
  const { record: told, folders } = known;
  const owners = await Promise.all(folders.map(ownerState));
  if (owners.includes('alive')) return undefined;
  const listings = await look(folders, id, log);
  const wasCutOff = isCutOff(told, listings);
  const record = retried.has(id) ? told : await withRetries(told, folders);
  retried.add(id);
  const cutOff = wasCutOff || record !== told;
  await tellElsewhere(known, listings, context);
  if (cutOff) return recover(known, { record, owners, wasCutOff }, context);
  await takeOver(known, record, context);
  await bringUpToDate(known, { record, owners, listings }, context);
  return undefined;
}

interface Look {
  readonly record: SessionRecord;
  readonly owners: readonly OwnerState[];
}

/**
 * Adds rows for unlisted recordings of a finished session, and writes `session.json` where a folder lacks it or has
 * an old one.
 */
async function bringUpToDate(
  known: KnownSession,
  { record, owners, listings }: Look & { readonly listings: readonly FolderListing[] },
  context: RecoveryContext,
): Promise<void> {
  const listed = await withUnlisted(record, known.folders, listings, context);
  const isMore = listed !== record;
  if (isMore && (await isStillWritten(known, owners, context))) return;
  const latest = isMore ? { ...listed, revision: record.revision + 1 } : record;
  const isInOrder = !mustKeepAccounts(known) && !isFolderBehind(known, latest);
  if (isInOrder && isNobodys(owners)) return;
  const folders = await claim(known, isMore, context);
  if (folders.length > 0) await writeBehind({ known, record: latest, folders, owners }, context);
}

async function recover(
  known: KnownSession,
  { record, owners, wasCutOff }: Look & { readonly wasCutOff: boolean },
  context: RecoveryContext,
): Promise<SettledSession | undefined> {
  if (await isStillWritten(known, owners, context)) return undefined;
  const folders = await claim(known, wasCutOff, context);
  if (folders.length === 0) return undefined;
  return putInOrder({ known, record, folders, owners }, wasCutOff, context);
}

function isNobodys(owners: readonly OwnerState[]): boolean {
  return owners.every((owner) => owner === 'none');
}

async function isStillWritten(
  { id, folders }: KnownSession,
  owners: readonly OwnerState[],
  { log, waitsUpToMs }: RecoveryContext,
): Promise<boolean> {
  if (!isNobodys(owners) || !(await areStillWritten(folders, waitsUpToMs))) return false;
  log('warn', 'a session is being recorded though nobody is named in its folder; it is left alone', { id });
  return true;
}

/** Lists the folders. Logs links, pipes and devices in them: recovery neither reads nor removes those. */
async function look(folders: readonly string[], id: string, log: Log): Promise<readonly FolderListing[]> {
  const listings = await Promise.all(folders.map(listFiles));
  const others = listings.flatMap((listing) => listing.others);
  if (others.length > 0)
    log('warn', 'links, pipes or devices are in the folder of a session; they are left as they are', {
      id,
      names: others.slice(0, MOST_NAMED),
    });
  return listings;
}

function isCutOff(session: SessionRecord, listings: readonly FolderListing[]): boolean {
  const unfinishedCopy = session.files.some(({ status }) => status === 'recording');
  const partialMaster = listings.some(({ files }) => files.some(isUnfinishedMaster));
  return session.status === 'recording' || unfinishedCopy || partialMaster;
}

/** Brings a session that was not cut off into the catalog, with its text, where the catalog lacks it. */
async function takeOver(
  { folders, catalogued }: KnownSession,
  record: SessionRecord,
  context: RecoveryContext,
): Promise<void> {
  const isNews =
    catalogued?.revision !== record.revision || catalogued.recordings_dir !== record.recordings_dir;
  if (isNews) await context.save(record, []);
  await restoreText(record, folders, context);
}

async function restoreText(
  session: SessionRecord,
  folders: readonly string[],
  { transcripts, log }: RecoveryContext,
): Promise<void> {
  const restored = session.database_records
    ? transcripts.restore(session.id, folders)
    : transcripts.keepLacking(session.id, folders);
  await restored.catch((error: unknown) => {
    log('error', 'the text of a session could not be restored', { id: session.id, error });
  });
}

/**
 * The folders that could be claimed. A folder that cannot be written cannot be claimed; recovery still works on the
 * others.
 */
async function claim(
  { id, folders }: KnownSession,
  isWanted: boolean,
  { leave, log }: RecoveryContext,
): Promise<readonly string[]> {
  const claims = await Promise.all(folders.map(claimFolder));
  const claimed = folders.filter((_, index) => claims[index] === true);
  if (claimed.length === folders.length) return claimed;
  // Another process may have claimed them a moment ago.
  const others = folders.filter((folder) => !claimed.includes(folder));
  const owners = await Promise.all(others.map(ownerState));
  if (isWanted && !owners.includes('alive')) {
    log('error', 'a session is not in order, and its folder cannot be written', { id });
    leave(id, UNWRITABLE);
  }
  return claimed;
}

/** Keeps aside each `session.json` that cannot be used in full or that describes another session. */
async function keepAccounts(
  { known, record, folders }: Claimed,
  { log }: RecoveryContext,
): Promise<{ readonly noted: SessionRecord; readonly isKept: boolean }> {
  const kept = mustKeepAccounts(known) ? await keepLackingAccounts(folders, known.id, log) : [];
  if (known.renamedFrom !== undefined) for (const folder of folders) await keepDescription(folder);
  // Where the catalog's account counts, the user need not know. But only this file describes the other session.
  const isTold = !known.isCatalogs || describesAnother(known);
  return { noted: isTold ? withNote(record, kept) : record, isKept: kept.length > 0 };
}

/** Writes `session.json` where a folder of a finished session lacks it or has an old one. */
async function writeBehind(one: Claimed, context: RecoveryContext): Promise<void> {
  const { known, record, folders } = one;
  const { noted, isKept } = await keepAccounts(one, context);
  if (isKept) await context.save({ ...noted, revision: noted.revision + 1 }, folders);
  else if (isFolderBehind(known, record)) await context.save(noted, folders);
  noteRenamed(noted, known.renamedFrom, context);
  await finishFolders(noted, folders, context);
}

/** Recovers a session that was cut off. */
async function putInOrder(
  one: Claimed,
  wasCutOff: boolean,
  context: RecoveryContext,
): Promise<SettledSession> {
  const { known, record, folders, owners } = one;
  const { id, isDescribed, shape } = known;
  const { noted } = await keepAccounts(one, context);
  const recovered = await recoverClaimed(
    { record: noted, siblings: { isDescribed, shape }, folders, owners },
    context,
  );
  const { deliveries, left } = recovered;
  const listings = await Promise.all(folders.map(listFiles));
  const session = await withUnlisted(recovered.session, folders, listings, context);
  for (const reason of left) context.leave(id, `A file of it is left as it is: ${reason}`);
  const mayBeAsBefore = record.status === 'failed' || !wasCutOff;
  const isAsBefore = mayBeAsBefore && isDeepStrictEqual(session.files, known.record.files);
  if (!isAsBefore) await context.save(session, folders);
  await restoreText(session, folders, context);
  noteRenamed(session, known.renamedFrom, context);
  if (session.status === 'recovered' && wasCutOff)
    context.log('warn', 'a session that was cut off has been recovered', {
      id,
      seconds: session.duration_seconds,
    });
  else if (session.status === 'failed')
    context.log('error', 'what a session that was cut off held could not be recovered', { id, left });
  const ended = deliveries.length === 0 ? await finishFolders(session, folders, context) : session;
  return { session: ended, folders, deliveries, wasCutOff };
}

async function finishFolders(
  session: SessionRecord,
  folders: readonly string[],
  context: RecoveryContext,
): Promise<SessionRecord> {
  const changed = await clearLeftovers(session, folders, context.log);
  const told = withChangedMasters({ ...session, revision: session.revision + 1 }, changed);
  if (changed.length > 0) await context.save(told, folders);
  await Promise.all(folders.map(releaseFolder));
  return changed.length > 0 ? told : session;
}

function noteRenamed(session: SessionRecord, from: string | undefined, context: RecoveryContext): void {
  if (from === undefined) return;
  context.log('warn', 'the folder of a session has another name; the session goes on under that', {
    id: session.id,
    from,
  });
  if (session.database_records) ask(() => retireOldName(session, from, context), undefined, context.log);
}
