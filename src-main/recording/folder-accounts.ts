import type { SessionRecord } from '../contract/session-record.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { readSessionAccount, type SessionAccount, type ToldAccount } from '../files/session-account.ts';
import { readRenamed } from './renamed-folder.ts';

/** The account with the higher revision; the catalog's where both are equal. */
export function later(
  known: SessionRecord | undefined,
  written: SessionRecord | undefined,
): SessionRecord | undefined {
  return written !== undefined && written.revision > (known?.revision ?? -1) ? written : known;
}

/** The latest account among the folders; undefined where no folder has one. */
export async function latestWritten(
  dirs: RecordingsDirs,
  folders: readonly string[],
  id: string,
): Promise<SessionRecord | undefined> {
  return latestOf(await readAccounts(dirs, folders, id));
}

/** Each folder's account of a session. Rejects where one cannot be read. */
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

/** True where a folder has no account, or one with a lower revision than the known one. */
export function lacksChanges(account: SessionAccount | undefined, { revision }: SessionRecord): boolean {
  if (account?.kind !== 'told' || account.renamedFrom !== undefined) return true;
  return account.isPending === true || account.session.revision < revision;
}

/** Adds accounts under another id, where the folder is that session's and somebody gave it a new name. */
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
