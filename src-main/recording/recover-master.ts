import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sampleRateOf, type RecordingFile, type SessionRecord } from '../contract/session-record.ts';
import { examineMaster, type MasterExamination } from '../files/examine-master.ts';
import { isUnfinishedMaster, listedName } from '../files/found-name.ts';
import { finishWav, isReadable } from '../files/finish-wav.ts';
import { LEAST_HEADER_BYTES, type MasterHint, type WavShape } from '../files/master-header.ts';
import { cuePointsOf } from './cue-points-of.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { moveAside, statIfThere } from '../files/set-aside.ts';
import type { AgreedShapes } from './agreed-shape.ts';
import type { ExaminedMaster, FoundMaster } from './examined-master.ts';
import { damagedFrames } from './recovered-part.ts';

/** What is known about the session's masters besides its record. */
export interface SiblingHint {
  /** False where the record is made up from the files. */
  readonly isDescribed: boolean;
  readonly shape?: WavShape | undefined;
  readonly dataOffset?: number | undefined;
  /** For parts whose headers contradict each other: the shape that recovery uses. */
  readonly agreed?: AgreedShapes | undefined;
}

/** Reads a whole unfinished WAV and changes nothing. Rejects where it cannot be read. */
export async function examineFound(
  session: SessionRecord,
  found: FoundMaster,
  siblings: SiblingHint,
  nextPart: number,
): Promise<ExaminedMaster> {
  const { folder, name: foundName } = found;
  const name = listedName(foundName);
  const parsed = parsePartFileName(name);
  const known = session.files.find((file) => basename(file.file_path) === name);
  // A file whose name is not one of ours must not take an existing part's number.
  const part = known?.part ?? parsed?.part ?? nextPart;
  const type = known?.type ?? parsed?.type ?? 'user';
  const hint = hintOf(session, part, name, siblings);
  const cuePoints = cuePointsOf(session, part);
  const path = join(folder, foundName);
  const holds = await examineMaster(path, { hint, cuePoints });
  const { mtimeMs } = await lstat(path);
  return {
    ...found,
    holds,
    type,
    part,
    isMaster: known?.master ?? parsed?.variant === undefined,
    finalName: name,
    isSuperseded: false,
    lastWrittenMs: mtimeMs,
  };
}

/** Gives an examined WAV its final name and a row. A file that cannot be understood stays as it is. */
export async function finishExamined(
  session: SessionRecord,
  examined: ExaminedMaster,
): Promise<SessionRecord> {
  const { folder, holds, finalName, part, type } = examined;
  if (examined.isSuperseded) {
    // A finished file under a sync service's name blocks no name that we need.
    const isInTheWay = examined.name === finalName || isUnfinishedMaster(examined.name);
    if (isInTheWay) await moveAside(holds.path);
    return session;
  }
  const finalPath = join(folder, finalName);
  // A link or a folder may have this name. The recording needs it.
  if ((await statIfThere(finalPath))?.isFile() === false) await moveAside(finalPath);
  const known = session.files.find((file) => basename(file.file_path) === finalName);
  const isDamaged = damagedFrames(session, part, type) > 0;
  const isAudio = isReadable(holds) && !isLost(holds, isDamaged);
  const byteSize = isReadable(holds)
    ? (await finishWav(holds, { finalPath, cuePoints: cuePointsOf(session, part)(holds.frames) })).byteSize
    : holds.size;
  const file: RecordingFile = {
    type,
    format: 'wav',
    file_path: `${session.id}/${finalName}`,
    url: '',
    byte_size: byteSize,
    duration_ms: isReadable(holds) ? (holds.frames / holds.shape.sampleRate) * 1000 : 0,
    part,
    master: examined.isMaster,
    gain: known?.gain ?? 1,
    status: isAudio ? 'completed' : 'failed',
  };
  return {
    ...session,
    files: [...session.files.filter((other) => basename(other.file_path) !== finalName), file],
  };
}

/** True where the file had audio and has none left, or where it ends within the header that every master begins with. */
function isLost(
  { size, frames, missingFrames, zeroedFrames }: MasterExamination,
  isDamaged: boolean,
): boolean {
  if (zeroedFrames > 0) return zeroedFrames >= frames;
  const isBroken = size > 0 && size < LEAST_HEADER_BYTES;
  return frames === 0 && (missingFrames > 0 || isDamaged || isBroken);
}

/** What is known about the shape of a file. It is certain where the part was written down before the file was begun. */
function hintOf(session: SessionRecord, part: number, name: string, siblings: SiblingHint): MasterHint {
  const { shape: siblingShape, dataOffset, isDescribed } = siblings;
  const taken = parsePartFileName(name)?.unixSeconds ?? 0;
  const latest = Math.max(
    0,
    ...session.files.map((file) => parsePartFileName(basename(file.file_path))?.unixSeconds ?? 0),
  );
  // Only its files say how many channels an earlier take had.
  if (!isDescribed || taken < latest) return { shape: siblings.agreed?.get(part), siblingShape, dataOffset };
  const shape = { sampleRate: sampleRateOf(session, part), channels: session.channels };
  if (session.parts.some((known) => known.part === part)) return { shape, siblingShape, dataOffset };
  // An earlier recovery gave this file up: its record was made up, so it says nothing about the shape.
  const known = session.files.find((file) => basename(file.file_path) === name);
  return { siblingShape: siblingShape ?? (known?.status === 'failed' ? undefined : shape), dataOffset };
}
