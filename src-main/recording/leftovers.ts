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
 * Name endings of files that are being made from another file: copies, mended files, mixes, masters with a new
 * header. They lose the ending once they have been read back.
 */
const MADE_AGAIN =
  /^\.?(.+?)(\.encoding-[0-9a-f]{8}(\.txt)?|\.repairing-\d+-[0-9a-f]{8}\.\w+|\.rebuilt(-[0-9a-f]{8})?(\.partial)?|\.mending(-[0-9a-f]{8})?)$/;
/** A description half written. */
const HALF_WRITTEN = 'session.json.new';
/** A turn half cut out of its master. */
const CUT_OUT = /^([0-9a-f-]{36})\.wav\.new$/;

/**
 * Removes unfinished files that a crash left and that can be made again. Only names that this program gives are
 * touched, and only where the finished file holds all audio of the unfinished one. Everything else stays; a live
 * encoder's file is renamed aside.
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
 * Removes the file that a live encoder left, where the new copy from the master holds all its audio. Otherwise
 * renames it aside, even where it is damaged: it may hold audio that the master has lost. Where there is no new copy,
 * it stays as it is.
 * @returns the seconds where the two copies differ; there the master has changed
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
  // This copy cannot be read. If it begins as an encoder begins a file, the encoder was cut off, and the master or
  // the new copy holds all its audio. If not, the file is damaged, and nobody knows what it holds: it stays.
  if (!(await beginsAsEncoded(leftPath, extname(made)))) return false;
  const parsed = parsePartFileName(made);
  const hasMaster = parsed !== undefined && isWhole(parsed, session, new Set());
  return hasMaster || ((await isThere(madePath)) && (await measureSeconds(madePath)) > 0);
}

/** True where the master holds the turn's samples at their place. The turn's own file can then be cut out again. */
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

/** True where the finished file exists and holds all audio of the unfinished one. */
export async function isHeld(leftPath: string, madePath: string): Promise<boolean> {
  if ((await statBytes(leftPath)) <= LEAST_HEADER_BYTES) return true;
  try {
    return await beginsWith(await bytesFromAudioOf(madePath), await bytesFromAudioOf(leftPath));
  } catch {
    return false;
  }
}

/** Something that cannot be removed, such as a folder of that name, does no harm. */
async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}
