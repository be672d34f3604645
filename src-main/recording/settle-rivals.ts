import { basename, join } from 'node:path';
import type { SessionRecord } from '../contract/session-record.ts';
import { isReadable } from '../files/finish-wav.ts';
import type { MasterExamination } from '../files/examine-master.ts';
import { statIfThere } from '../files/set-aside.ts';
import type { ExaminedMaster } from './recover-master.ts';

/** Examines another WAV of a folder, for the part and track of the one that has its unfinished name. */
export type Examine = (unfinished: ExaminedMaster) => Promise<ExaminedMaster>;

/**
 * An unfinished file and a finished one of the same name are two accounts of the same part, as where a recovery was killed
 * between two steps, or a folder was copied back: one is listed, the one in which more is heard, and the other is kept
 * aside. Their lengths are never added. Those that are to go aside come first: their names are wanted.
 */
export async function settleRivals(
  session: SessionRecord,
  found: readonly ExaminedMaster[],
  examineFinal: Examine,
): Promise<readonly ExaminedMaster[]> {
  let settled = [...found];
  for (const unfinished of found) {
    const { folder, name, finalName, holds } = unfinished;
    if (name === finalName) continue;
    const finalPath = join(folder, finalName);
    if ((await statIfThere(finalPath))?.isFile() !== true) continue;
    const known = settled.find((one) => one.holds.path === finalPath);
    const final = known ?? (await examineFinal(unfinished));
    const others = settled.filter((one) => one !== unfinished && one !== final);
    const isFinalBetter = compare(final.holds, holds) >= 0;
    const [loser, winner] = isFinalBetter ? [unfinished, final] : [final, unfinished];
    // One that is listed as it is needs nothing more.
    const isSettled = winner === final && known === undefined && isListed(finalName, session);
    settled = [{ ...loser, isSuperseded: true }, ...others, ...(isSettled ? [] : [winner])];
  }
  return settled;
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
