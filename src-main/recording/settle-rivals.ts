import { basename, join } from 'node:path';
import type { SessionRecord } from '../contract/session-record.ts';
import { isReadable } from '../files/finish-wav.ts';
import type { MasterExamination } from '../files/examine-master.ts';
import { isSameName, statIfThere } from '../files/set-aside.ts';
import type { ExaminedMaster } from './examined-master.ts';

/** Examines another WAV of a folder, for the part and track of the one that has its unfinished name. */
export type Examine = (unfinished: ExaminedMaster) => Promise<ExaminedMaster>;

/**
 * Files of a folder that are to get the same name are accounts of the same part: an unfinished one beside a finished one,
 * as where a recovery was killed between two steps or a folder was copied back, and what a sync service or a file manager
 * has made a second one of. One is listed, the one in which most is heard, and the others are kept aside. Their lengths
 * are never added. Those that are to go aside come first: their names are wanted.
 */
export async function settleRivals(
  session: SessionRecord,
  found: readonly ExaminedMaster[],
  examineFinal: Examine,
): Promise<readonly ExaminedMaster[]> {
  let settled = [...found];
  for (const finalPath of new Set(found.map(finalPathOf))) {
    const group = settled.filter((one) => finalPathOf(one) === finalPath);
    const others = settled.filter((one) => !group.includes(one));
    let listed: ExaminedMaster | undefined;
    for (const one of group) if (await isSameName(one.holds.path, finalPath)) listed ??= one;
    const [first] = group;
    if (first === undefined) continue;
    const isThere = listed === undefined && (await statIfThere(finalPath))?.isFile() === true;
    const unseen = isThere ? await examineFinal(first) : undefined;
    // Of as much in each, the one that has the name keeps it, and after it the one to which nothing was added.
    const rivals = [unseen ?? listed, ...group.filter((one) => one !== listed).toSorted(byLength)].filter(
      (one) => one !== undefined,
    );
    const winner = rivals.reduce((best, one) => (compare(one.holds, best.holds) > 0 ? one : best));
    // One that is listed as it is needs nothing more.
    const isSettled = winner === unseen && isListed(winner.finalName, session);
    const losers = rivals.filter((one) => one !== winner).map((one) => ({ ...one, isSuperseded: true }));
    if (rivals.length > 1) settled = [...losers, ...others, ...(isSettled ? [] : [winner])];
  }
  return settled;
}

function finalPathOf({ folder, finalName }: ExaminedMaster): string {
  return join(folder, finalName);
}

function byLength(one: ExaminedMaster, other: ExaminedMaster): number {
  return one.name.length - other.name.length;
}

function isListed(name: string, { files }: SessionRecord): boolean {
  return files.some(({ file_path, status }) => basename(file_path) === name && status === 'completed');
}

/** Above 0 where the first holds more: more that is heard, and of as much the longer one. */
function compare(one: MasterExamination, other: MasterExamination): number {
  return heardFrames(one) - heardFrames(other) || one.frames - other.frames;
}

/** Frames that are neither what damage has left nor in blocks of nothing but zeros; -1 for what cannot be read. */
function heardFrames(holds: MasterExamination): number {
  if (!isReadable(holds)) return -1;
  return holds.frames - Math.max(holds.silentFrames, holds.zeroedFrames) - holds.doubtfulFrames;
}
