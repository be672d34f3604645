import { randomUUID } from 'node:crypto';
import { basename, join } from 'node:path';
import { cutText } from '../contract/cut-text.ts';
import { MAX_NOTES_CHARACTERS } from '../contract/limits.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { renameDurably } from '../disk/sync.ts';
import { readSessionAccount, type SessionAccount } from '../files/session-account.ts';
import { SESSION_FILE_NAME } from '../files/session-file.ts';
import { ASIDE_SUFFIX, setAside } from '../files/set-aside.ts';
import type { Log } from '../runtime/log.ts';

/** Most characters of a reason: a file may hold many things that were cut. */
const MAX_TOLD_CHARACTERS = 400;

/** What is wrong with an account, as half a sentence; undefined where all of it could be used. */
function shortcoming(account: SessionAccount): string | undefined {
  if (account.kind === 'damaged') return account.reason;
  if (account.kind === 'none' || account.cut.length === 0) return undefined;
  return `holds more than there can be (${cutText(account.cut.join('; '), MAX_TOLD_CHARACTERS)})`;
}

/** True where an account could not be used, or only in part. */
export function isLacking(account: SessionAccount): boolean {
  return shortcoming(account) !== undefined;
}

/**
 * Keeps each `session.json` that could not be used in full under a second name, before a new one replaces it, and
 * logs that.
 * @returns what became of the files, as sentences for people
 */
export async function keepLackingAccounts(
  folders: readonly string[],
  id: string,
  log: Log,
): Promise<readonly string[]> {
  const sentences: string[] = [];
  for (const folder of folders) {
    const reason = shortcoming(await readSessionAccount(folder, id));
    if (reason === undefined) continue;
    const aside = basename(await setAside(join(folder, SESSION_FILE_NAME)));
    log('warn', 'a session.json was not taken, or not all of it; it is kept aside', { id, reason, aside });
    sentences.push(`The ${SESSION_FILE_NAME} of this recording ${reason}. It is kept as ${aside}.`);
  }
  return sentences;
}

/**
 * Does the same before a take begins in a folder. A recording must not wait for an old description: a file that
 * cannot be read or linked is renamed where possible, and the next launch looks at it. Never rejects.
 */
export async function keepBeforeTake(folder: string, id: string, log: Log): Promise<readonly string[]> {
  try {
    return await keepLackingAccounts([folder], id, log);
  } catch (error) {
    const aside = `${SESSION_FILE_NAME}${ASIDE_SUFFIX}-${randomUUID()}`;
    log('error', 'a session.json could not be read; it is kept aside', { id, aside, error });
    const path = join(folder, SESSION_FILE_NAME);
    return renameDurably(path, join(folder, aside)).then(
      () => [`The ${SESSION_FILE_NAME} of this recording could not be read. It is kept as ${aside}.`],
      () => [],
    );
  }
}

/** The session with sentences added to its notes. Long notes are shortened to make room. */
export function withNote(session: SessionRecord, sentences: readonly string[]): SessionRecord {
  const added = [...new Set(sentences)].join('\n');
  if (added === '') return session;
  const notes = cutText(session.notes, MAX_NOTES_CHARACTERS - added.length - 2).trimEnd();
  return { ...session, notes: notes === '' ? added : `${notes}\n\n${added}` };
}
