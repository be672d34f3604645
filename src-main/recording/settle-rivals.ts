import { basename, join } from 'node:path';
import type { SessionRecord } from '../contract/session-record.ts';
import { isReadable } from '../files/finish-wav.ts';
import type { MasterExamination } from '../files/examine-master.ts';
import { isSameName, statIfThere } from '../files/set-aside.ts';
import type { ExaminedMaster } from './examined-master.ts';

/** Examines another WAV of a folder, for the part and track of the one that has its unfinished name. */
export type Examine = (unfinished: ExaminedMaster) => Promise<ExaminedMaster>;

/**
 * Several files of a folder may have the same final name: an unfinished file beside a finished one, because a
 * recovery was killed between two steps or a folder was copied back; or a second copy by a sync service or a file
 * manager. They all hold the same part. The one with most sound is listed; the others are kept aside. Their lengths
 * are never added. The files that go aside come first in the result, because their names are needed.
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
    // Where two hold the same amount, the file with the final name wins, then the one with the shortest name.
    const rivals = [unseen ?? listed, ...group.filter((one) => one !== listed).toSorted(byLength)].filter(
      (one) => one !== undefined,
    );
    const winner = rivals.reduce((best, one) => (compare(one.holds, best.holds) > 0 ? one : best));
    // A file that is already listed as it is needs no work.
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

/** Above 0 where the first holds more sound or, where both hold the same, is longer. */
function compare(one: MasterExamination, other: MasterExamination): number {
  return heardFrames(one) - heardFrames(other) || one.frames - other.frames;
}

/** Frames without those that damage left and those in blocks of zeros; -1 for a file that cannot be read. */
function heardFrames(holds: MasterExamination): number {
  if (!isReadable(holds)) return -1;
  return holds.frames - Math.max(holds.silentFrames, holds.zeroedFrames) - holds.doubtfulFrames;
}
