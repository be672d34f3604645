import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { SessionRecord } from '../contract/session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { measureSeconds } from '../encode/measure-seconds.ts';
import { LEAST_HEADER_BYTES } from '../files/master-header.ts';
import { isReserve, spendReserve } from '../files/reserve.ts';
import { audioBytesOf, beginsWith } from '../files/same-audio.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { isThere } from '../files/set-aside.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { COPY_AHEAD_SECONDS } from './expected-frames.ts';
import { holdsMore, leftCopies } from './recover-copies.ts';

/**
 * Ends the names of what is made from a file that is there, until it has been read back and takes its own name: copies,
 * mended files, mixes, masters with a new header.
 */
const MADE_AGAIN =
  /^\.?(.+?)(\.encoding-[0-9a-f]{8}(\.txt)?|\.repairing-\d+-[0-9a-f]{8}\.\w+|\.rebuilt(\.partial)?|\.mending)$/;
/** Descriptions half written, and turns half cut out. */
const NOT_AUDIO = /^(session\.json\.new|[0-9a-f-]{36}\.wav\.new)$/;

/**
 * Removes what a crash has left of what can be made again: only under names that this program gives, and a live encoder's
 * file only where the copy that was to be made of it is there and has all that it has.
 */
export async function removeLeftovers(session: SessionRecord, folders: readonly string[]): Promise<void> {
  for (const folder of folders)
    for (const name of (await listFiles(folder)).files) {
      const made = MADE_AGAIN.exec(name)?.[1];
      const isOurs = made !== undefined && (await isMadeAgain(session, folder, made, name));
      if (isOurs || NOT_AUDIO.test(name)) await remove(join(folder, name));
    }
  for (const folder of folders) if (await isReserve(folder)) await spendReserve(folder);
  for (const { path, finalName, file } of await leftCopies(session, folders)) {
    if (file.status === 'recording' && session.files.includes(file)) continue;
    const finalPath = join(path, '..', finalName);
    const isMade = file.status !== 'completed' || (await isThere(finalPath));
    const seconds = await measureSeconds(path);
    if (!isMade || holdsMore(seconds, file, session, new Set())) continue;
    if (file.status === 'completed' && (await measureSeconds(finalPath)) + COPY_AHEAD_SECONDS < seconds)
      continue;
    if (file.status === 'completed' || !session.files.includes(file)) await remove(path);
  }
}

async function isMadeAgain(
  session: SessionRecord,
  folder: string,
  made: string,
  name: string,
): Promise<boolean> {
  const isListed = session.files.some(({ file_path }) => basename(file_path) === made);
  if (!isListed && parsePartFileName(made) === undefined) return false;
  // Raw audio may be the only copy there is, whatever it is called; what is encoded was made from a master.
  return made.endsWith('.wav') ? isHeld(join(folder, name), join(folder, made)) : true;
}

/** True where the file of that name is there, and holds all the audio that was in what was to become it. */
async function isHeld(leftPath: string, madePath: string): Promise<boolean> {
  if ((await statBytes(leftPath)) <= LEAST_HEADER_BYTES) return true;
  try {
    return await beginsWith(await audioBytesOf(madePath), await audioBytesOf(leftPath));
  } catch {
    return false;
  }
}

/** What cannot be removed, such as a folder of that name, is in nobody's way. */
async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
