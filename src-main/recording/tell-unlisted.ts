import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { SessionRecord } from '../contract/session-record.ts';
import { listFiles, type FolderListing } from '../disk/list-files.ts';
import { isUnfinishedMaster, listedName } from '../files/found-name.ts';
import { ownerState } from '../files/ownership.ts';
import type { KnownSession } from './known-session.ts';
import { listOf, listUnlisted } from './list-unlisted.ts';
import type { RecoveryContext } from './recovery-context.ts';
import { parseRecordingName } from './unlisted-names.ts';

type Context = Pick<RecoveryContext, 'leave' | 'log'>;

/**
 * The session with rows for the unlisted recordings in its folders, or the same session where there are none. Calls
 * `leave` for each recording that cannot be listed. Rejects where one cannot be read.
 */
export async function withUnlisted(
  session: SessionRecord,
  folders: readonly string[],
  listings: readonly FolderListing[],
  { leave, log }: Context,
): Promise<SessionRecord> {
  const { session: listed, added, told } = await listUnlisted(session, folders, listings);
  for (const sentence of told) leave(session.id, sentence);
  if (added.length === 0) return session;
  log('warn', 'recordings are in the folder of a session that did not list them; it does now', {
    id: session.id,
    names: added,
  });
  return listed;
}

/**
 * Reports folders that have the session's name, are not among its folders, and hold recordings that its own folders
 * lack.
 */
export async function tellElsewhere(
  { id, record, folders, accounts }: KnownSession,
  listings: readonly FolderListing[],
  { leave }: Context,
): Promise<void> {
  const others = [...accounts.keys()].filter((folder) => !folders.includes(folder));
  if (others.length === 0) return;
  // A recordings folder may be known by two paths, as through a link.
  const own = new Set(await Promise.all(folders.map(truePath)));
  const elsewhere: string[] = [];
  for (const folder of others) if (!own.has(await truePath(folder))) elsewhere.push(folder);
  const there = new Set(listings.flatMap(({ files }) => files));
  const listed = new Set(record.files.map(({ file_path }) => basename(file_path)));
  for (const folder of elsewhere) {
    if ((await ownerState(folder)) === 'alive') continue;
    const names = (await listFiles(folder)).files.filter((name) => {
      if (!isUnfinishedMaster(name) && parseRecordingName(name) === undefined) return false;
      const own = listedName(name);
      return !listed.has(own) || !there.has(own);
    });
    if (names.length > 0)
      leave(
        id,
        `Another folder of this name, ${folder}, holds recordings that it does not list: ${listOf(names)}. Give that folder another name, and it is listed as a session of its own at the next launch. It is left as it is`,
      );
  }
}

async function truePath(folder: string): Promise<string> {
  return realpath(folder).catch(() => folder);
}
