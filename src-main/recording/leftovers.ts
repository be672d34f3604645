import { rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { SessionRecord } from '../contract/session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { findTurnAudio } from '../conversation/turn-audio.ts';
import { beginsAsEncoded } from '../encode/begins-as-encoded.ts';
import { compareCopies, type Stretch } from '../encode/compare-copies.ts';
import { measureSeconds } from '../encode/measure-seconds.ts';
import { LEAST_HEADER_BYTES } from '../files/master-header.ts';
import { isReserve, spendReserve } from '../files/reserve.ts';
import { beginsWith, bytesFromAudioOf } from '../files/same-audio.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { isThere, moveAside, statIfThere } from '../files/set-aside.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { changedMaster, type ChangedMaster } from './changed-masters.ts';
import { isWhole } from './found-files.ts';
import { leftCopies } from './recover-copies.ts';

/**
 * Ends the names of what is made from a file that is there, until it has been read back and takes its own name: copies,
 * mended files, mixes, masters with a new header.
 */
const MADE_AGAIN =
  /^\.?(.+?)(\.encoding-[0-9a-f]{8}(\.txt)?|\.repairing-\d+-[0-9a-f]{8}\.\w+|\.rebuilt(-[0-9a-f]{8})?(\.partial)?|\.mending(-[0-9a-f]{8})?)$/;
/** A description half written. */
const HALF_WRITTEN = 'session.json.new';
/** A turn half cut out of its master. */
const CUT_OUT = /^([0-9a-f-]{36})\.wav\.new$/;

/**
 * Removes what a crash has left of what can be made again: only under names that this program gives, and only where all
 * that is in it is in the file that was to become of it. The rest stays; a live encoder's file gets a name aside.
 */
export async function removeLeftovers(
  session: SessionRecord,
  folders: readonly string[],
): Promise<ChangedMaster[]> {
  for (const folder of folders)
    for (const name of (await listFiles(folder)).files) {
      const made = MADE_AGAIN.exec(name)?.[1];
      const turn = CUT_OUT.exec(name)?.[1];
      const goes =
        name === HALF_WRITTEN ||
        (made !== undefined && (await isMadeAgain(session, folder, made, name))) ||
        (turn !== undefined && (await isTurnHeld(session, folders, turn, join(folder, name))));
      if (goes) await remove(join(folder, name));
    }
  for (const folder of folders) if (await isReserve(folder)) await spendReserve(folder);
  const changed: ChangedMaster[] = [];
  for (const { path, finalName, file } of await leftCopies(session, folders)) {
    const since = await retireLiveCopy(path, join(path, '..', finalName));
    if (since !== undefined) changed.push(await changedMaster(session, folders, file, since));
  }
  return changed;
}

/**
 * Takes what a live encoder left from beside the copy that was made of the master since: for good where that has all of
 * it, and else under a name aside, as it may hold what the master has lost, also where it is damaged itself. Where there is no
 * copy it stays as it is.
 * @returns seconds in which the master has changed, as far as the two tell.
 */
export async function retireLiveCopy(partialPath: string, copyPath: string): Promise<Stretch | undefined> {
  for (const path of [copyPath, partialPath])
    if ((await statIfThere(path))?.isFile() !== true) return undefined;
  const { isHeld, differing } = await compareCopies(partialPath, copyPath, formatOf(copyPath));
  if (isHeld) await remove(partialPath);
  else await moveAside(partialPath);
  return differing;
}

async function isMadeAgain(
  session: SessionRecord,
  folder: string,
  made: string,
  name: string,
): Promise<boolean> {
  const isListed = session.files.some(({ file_path }) => basename(file_path) === made);
  if (!isListed && parsePartFileName(made) === undefined) return false;
  const [leftPath, madePath] = [join(folder, name), join(folder, made)];
  if (made.endsWith('.wav')) return isHeld(leftPath, madePath);
  if (name.endsWith('.txt')) return true;
  const { seconds, isHeld: isInCopy } = await compareCopies(leftPath, madePath, formatOf(made));
  if (seconds > 0) return isInCopy;
  // One whose encoder was cut off cannot be read, and has nothing that its master, or the copy that was made since, has not.
  // One that begins as none does is damaged: what it holds, nobody can tell.
  if (!(await beginsAsEncoded(leftPath, extname(made)))) return false;
  const parsed = parsePartFileName(made);
  const hasMaster = parsed !== undefined && isWhole(parsed, session, new Set());
  return hasMaster || ((await isThere(madePath)) && (await measureSeconds(madePath)) > 0);
}

/** True where a turn's samples are in its master, where they belong: it is cut out again when it is asked for. */
async function isTurnHeld(
  session: SessionRecord,
  folders: readonly string[],
  segmentId: string,
  leftPath: string,
): Promise<boolean> {
  if ((await statBytes(leftPath)) <= LEAST_HEADER_BYTES) return true;
  const segment = session.segments.find(({ segment_id }) => segment_id === segmentId);
  if (segment === undefined) return false;
  const slice = await findTurnAudio(session, { ...segment, file: null }, folders, { mayBeMix: false });
  if (slice === undefined) return false;
  const inMaster = { path: slice.path, dataOffset: slice.start, dataBytes: slice.bytes };
  return beginsWith(inMaster, await bytesFromAudioOf(leftPath)).catch(() => false);
}

function formatOf(name: string): 'mp4' | 'mp3' {
  return name.endsWith('.mp3') ? 'mp3' : 'mp4';
}

/** True where the file of that name is there, and holds all the audio that was in what was to become it. */
export async function isHeld(leftPath: string, madePath: string): Promise<boolean> {
  if ((await statBytes(leftPath)) <= LEAST_HEADER_BYTES) return true;
  try {
    return await beginsWith(await bytesFromAudioOf(madePath), await bytesFromAudioOf(leftPath));
  } catch {
    return false;
  }
}

/** What cannot be removed, such as a folder of that name, is in nobody's way. */
async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
