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

/** A session with all accounts of it. */
export interface KnownSession {
  readonly id: string;
  /** The account with the highest revision, else a record made from the files. */
  readonly record: SessionRecord;
  /** The session's folders, at least one. */
  readonly folders: readonly string[];
  /** What the catalog says. */
  readonly catalogued: SessionRecord | undefined;
  /** What each folder says, by its path. */
  readonly accounts: ReadonlyMap<string, SessionAccount>;
  /** False where the record is made from the files alone. */
  readonly isDescribed: boolean;
  /** The shape of the latest readable WAV, where the record is made from the files. */
  readonly shape: WavShape | undefined;
  /** True where the catalog's account is the one that is used. */
  readonly isCatalogs: boolean;
  /** The session's earlier id, where somebody renamed its folder. */
  readonly renamedFrom: string | undefined;
}

/**
 * Collects what is known of a session. Undefined where nothing of it is left, and where nothing can be used now; then
 * `leave` gets the reason. Rejects where a folder cannot be read.
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
    // A session that the catalog once knew stays in it. Without that, its row would stay unfinished forever.
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

/** True where a `session.json` must be kept aside before a new one replaces it. */
export function mustKeepAccounts({ accounts, isCatalogs }: KnownSession): boolean {
  const all = [...accounts.values()];
  // Where the catalog's account is used, it does not matter what was cut from the file.
  return all.some(({ kind }) => kind === 'damaged') || (!isCatalogs && all.some(isLacking));
}

/** True where a `session.json` in its folders describes another session. */
export function describesAnother({ accounts }: KnownSession): boolean {
  return [...accounts.values()].some(
    (account) => account.kind === 'damaged' && account.otherId !== undefined,
  );
}

/** True where a folder's account is older than the record. */
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

/** The folder that now contains the session's own folder. The record may be older than a move of the folder. */
function whereIs(session: SessionRecord, dirs: RecordingsDirs): string | null {
  const { recordings_dir, fallback_dir } = session;
  const found = dirs.foldersOf(session).map(dirname);
  if (found.length === 0 || found.includes(resolve(recordings_dir ?? dirs.usual))) return recordings_dir;
  const own = found.find((dir) => fallback_dir === null || dir !== resolve(fallback_dir));
  return own === undefined ? recordings_dir : recordingsDirOf(dirs, own);
}
