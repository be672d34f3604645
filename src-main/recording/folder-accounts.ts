import type { SessionRecord } from '../contract/session-record.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { readSessionAccount, type SessionAccount, type ToldAccount } from '../files/session-account.ts';
import { readRenamed } from './renamed-folder.ts';

/** The account that has seen more changes; the catalog's where they are equal. */
export function later(
  known: SessionRecord | undefined,
  written: SessionRecord | undefined,
): SessionRecord | undefined {
  return written !== undefined && written.revision > (known?.revision ?? -1) ? written : known;
}

/** The latest of what folders say of a session; undefined where none does. */
export async function latestWritten(
  dirs: RecordingsDirs,
  folders: readonly string[],
  id: string,
): Promise<SessionRecord | undefined> {
  return latestOf(await readAccounts(dirs, folders, id));
}

/** What each folder says of a session. Rejects where one cannot be read. */
export async function readAccounts(
  dirs: RecordingsDirs,
  folders: readonly string[],
  id: string,
): Promise<SessionAccount[]> {
  const accounts: SessionAccount[] = [];
  for (const folder of folders) {
    const account = await readSessionAccount(folder, id);
    accounts.push(
      account.kind === 'told' ? { ...account, session: dirs.withKnownDirs(account.session) } : account,
    );
  }
  return accounts;
}

export function isRenamed(account: SessionAccount): account is ToldAccount {
  return account.kind === 'told' && account.renamedFrom !== undefined;
}

/** True where a folder's description is not there, or has seen less than is known. */
export function lacksChanges(account: SessionAccount | undefined, { revision }: SessionRecord): boolean {
  if (account?.kind !== 'told' || account.renamedFrom !== undefined) return true;
  return account.isPending === true || account.session.revision < revision;
}

/** With what those say that describe a session of another id, where the folder is that session's, under a new name. */
export async function withRenamed(
  accounts: readonly SessionAccount[],
  folders: readonly string[],
  id: string,
): Promise<SessionAccount[]> {
  const known: SessionAccount[] = [];
  for (const [index, account] of accounts.entries()) {
    const folder = folders[index];
    const isUnknown = account.kind === 'damaged' && folder !== undefined;
    known.push((isUnknown ? await readRenamed(folder, id) : undefined) ?? account);
  }
  return known;
}

export function latestOf(accounts: readonly SessionAccount[]): SessionRecord | undefined {
  let latest: SessionRecord | undefined;
  for (const account of accounts) if (account.kind === 'told') latest = later(latest, account.session);
  return latest;
}
