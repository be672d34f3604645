import { dirname, resolve } from 'node:path';
import type { SessionRecord } from '../contract/session-record.ts';
import { recordingsDirOf, type RecordingsDirs } from '../files/recordings-dirs.ts';
import type { WavShape } from '../files/master-header.ts';
import type { SessionAccount } from '../files/session-account.ts';
import { isRenamed, lacksChanges, later, latestOf, readAccounts, withRenamed } from './folder-accounts.ts';
import { inferRecord, type InferredRecord } from './infer-record.ts';
import { isLacking } from './keep-accounts.ts';
import { ask, type RecoveryOptions } from './recovery-context.ts';
import { holdsRecordings } from './stray-folders.ts';

const UNREADABLE =
  'Its folder holds files that are called as recordings are, and none that can be listed: open them with another program, or give one its name back. It is left as it is';
const AWAY =
  'Its folder is not where it was: bring it back, or delete the session. It is tried again at the next launch';

/** A session by all that tells of it. */
export interface KnownSession {
  readonly id: string;
  /** By the account that has seen most changes, else made up from the files. */
  readonly record: SessionRecord;
  /** At least one. */
  readonly folders: readonly string[];
  /** What the catalog says. */
  readonly catalogued: SessionRecord | undefined;
  /** What each folder says, by its path. */
  readonly accounts: ReadonlyMap<string, SessionAccount>;
  /** False where the record is made up from the files. */
  readonly isDescribed: boolean;
  /** Of the latest WAV that can be read, where the record is made up. */
  readonly shape: WavShape | undefined;
  /** The catalog's account is the one that counts. */
  readonly isCatalogs: boolean;
  /** The id that the session had, where its folder has got another name. */
  readonly renamedFrom: string | undefined;
}

/**
 * Finds out what is known of a session. Undefined where there is nothing of it, and where nothing of it can be used now,
 * for reasons that are given to `leave`. Rejects where a folder cannot be read.
 */
export async function knownSession(
  id: string,
  { dirs, catalog, log }: Pick<RecoveryOptions, 'dirs' | 'catalog' | 'log'>,
  leave: (id: string, reason: string) => void,
): Promise<KnownSession | undefined> {
  const catalogued = ask(() => catalog.get(id), undefined, log);
  const candidates = dirs.candidatesOf(id);
  const places = [
    ...new Set([...(catalogued === undefined ? [] : dirs.foldersOf(catalogued)), ...candidates]),
  ];
  const written = await readAccounts(dirs, places, id);
  const accounts = catalogued === undefined ? await withRenamed(written, places, id) : written;
  const described = later(catalogued, latestOf(accounts));
  const inferred = described === undefined ? await inferFirst(id, candidates) : undefined;
  const account = described ?? inferred?.record;
  if (account === undefined) {
    for (const folder of candidates) if (await holdsRecordings(folder)) leave(id, UNREADABLE);
    return undefined;
  }
  const record = {
    ...account,
    recordings_dir: whereIs(account, dirs),
    // What the catalog has once known stays in it: left out, it would be unfinished there for good.
    database_records: account.database_records || catalogued !== undefined,
  };
  const folders = dirs.foldersOf(record);
  if (folders.length === 0) {
    if (record.status === 'recording') leave(id, AWAY);
    return undefined;
  }
  return {
    id,
    record,
    folders,
    catalogued,
    accounts: new Map(places.flatMap((place, index) => pair(place, accounts[index]))),
    isDescribed: described !== undefined,
    shape: inferred?.shape,
    isCatalogs: described !== undefined && described === catalogued,
    renamedFrom: accounts.find(isRenamed)?.renamedFrom,
  };
}

function pair(place: string, account: SessionAccount | undefined): [string, SessionAccount][] {
  return account === undefined ? [] : [[place, account]];
}

/** True where a description must be kept before another takes its place. */
export function mustKeepAccounts({ accounts, isCatalogs }: KnownSession): boolean {
  const all = [...accounts.values()];
  // Of one that the catalog knows better, what was cut counts no more.
  return all.some(({ kind }) => kind === 'damaged') || (!isCatalogs && all.some(isLacking));
}

/** True where a description in its folders is that of another session. */
export function describesAnother({ accounts }: KnownSession): boolean {
  return [...accounts.values()].some(
    (account) => account.kind === 'damaged' && account.otherId !== undefined,
  );
}

/** True where a folder's description has seen less than the record. */
export function isFolderBehind({ accounts, folders }: KnownSession, record: SessionRecord): boolean {
  return folders.some((folder) => lacksChanges(accounts.get(folder), record));
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
