import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LecternError } from '../contract/errors.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { parsePartFileName, partFileName } from '../files/session-folder.ts';
import type { MasterExamination } from '../files/examine-master.ts';
import { LEAST_HEADER_BYTES } from '../files/master-header.ts';
import { audioBytesOf, beginsWith } from '../files/same-audio.ts';
import { isSameName, moveAside, setAside, statIfThere } from '../files/set-aside.ts';
import type { Log } from '../runtime/log.ts';
import { buildMix } from './build-mix.ts';
import { isWhole, masterOf, pathOf, type SpoiledTracks } from './found-files.ts';
import type { ExaminedMaster } from './examined-master.ts';
import { finishExamined } from './recover-master.ts';
import { mixedTracks } from './mixed-tracks.ts';

interface Side {
  readonly file: RecordingFile;
  readonly path: string;
}

/** The result of making mixes again, by part. */
export interface RebuiltMix {
  /** True where the new mix begins with all audio of the one that was found, sample for sample. */
  readonly isProven: boolean;
  /** Seconds of the found mix that the new one repeats exactly. */
  readonly provenSeconds: number;
}
export type RebuiltMixes = ReadonlyMap<number, RebuiltMix>;

export interface RecoveredMixes {
  readonly session: SessionRecord;
  readonly rebuilt: RebuiltMixes;
}

/** While recorded, a mix may trail its sides by this much. Such a mix is still the best source for a damaged side. */
const MIX_BEHIND_MS = 6000;

/**
 * Makes mixes that a crash cut off again from their sides, which are in order by now. Where a side is gone or
 * damaged, the found mix may hold the lost audio: it is finished instead.
 */
export async function recoverMixes(
  record: SessionRecord,
  folders: readonly string[],
  found: readonly ExaminedMaster[],
  spoiled: SpoiledTracks,
  log: Log,
): Promise<RecoveredMixes> {
  let session = record;
  const rebuilt = new Map<number, RebuiltMix>();
  const parts = new Set([
    ...record.files.filter(isUnsettledMix).map(({ part }) => part),
    ...found.map(({ part }) => part),
  ]);
  for (const part of parts) {
    const ofPart = found.filter((mix) => mix.part === part);
    // The finished mix is enough: every other file for this mix goes aside.
    const finished = masterOf({ part, type: 'mixed' }, session);
    const isFinished = finished !== undefined && (await pathOf(finished, folders)) !== undefined;
    if (isFinished && ofPart.every(({ isSuperseded }) => isSuperseded)) {
      session = await finishMixes(session, ofPart);
      continue;
    }
    const sides = await sidesOf(session, part, folders);
    const areAll = sides.length === mixedTracks(session).length;
    const areWhole = areAll && sides.every(({ file }) => isWhole(file, session, spoiled));
    if (!areAll || (!areWhole && ofPart.some((mix) => isLongEnough(mix, sides))))
      session = await finishMixes(session, ofPart);
    else {
      // The sides are damaged: the mix is made all the same, and the found one is kept.
      if (!areWhole) for (const { holds } of ofPart) await setAside(holds.path);
      try {
        const made = await rebuild(session, part, sides, ofPart);
        session = made.session;
        rebuilt.set(part, made);
        if (!made.isProven)
          log('warn', 'a mix was not what its sides come to; it is kept aside', { id: session.id, part });
      } catch (error) {
        log('error', 'the mix could not be made again; both sides are there', { id: session.id, error });
        session = await finishMixes(session, ofPart);
        // A found mix that is shorter than its sides counts as failed, so the next launch makes it again.
        const longest = Math.max(...sides.map(({ file }) => file.duration_ms));
        session = withMix(session, part, (file) =>
          ofPart.length > 0 && file.duration_ms >= longest ? file : { ...file, status: 'failed' },
        );
      }
    }
  }
  return { session, rebuilt };
}

async function finishMixes(record: SessionRecord, mixes: readonly ExaminedMaster[]): Promise<SessionRecord> {
  let session = record;
  for (const mix of mixes) session = await finishExamined(session, mix);
  return session;
}

function isLongEnough({ holds, isMaster }: ExaminedMaster, sides: readonly Side[]): boolean {
  if (!isMaster || holds.shape === undefined || holds.frames === 0) return false;
  const longest = Math.max(...sides.map(({ file }) => file.duration_ms));
  return (holds.frames / holds.shape.sampleRate) * 1000 >= longest - MIX_BEHIND_MS;
}

function isUnsettledMix({ type, master, status }: RecordingFile): boolean {
  return type === 'mixed' && master && status === 'recording';
}

/** The masters of a part's sides that exist. */
async function sidesOf(session: SessionRecord, part: number, folders: readonly string[]): Promise<Side[]> {
  const sides: Side[] = [];
  for (const type of mixedTracks(session)) {
    const file = masterOf({ part, type }, session);
    const path = file === undefined ? undefined : await pathOf(file, folders);
    if (file !== undefined && path !== undefined) sides.push({ file, path });
  }
  return sides;
}

type RecoveredMix = RebuiltMix & { readonly session: SessionRecord };

async function rebuild(
  session: SessionRecord,
  part: number,
  sides: readonly Side[],
  found: readonly ExaminedMaster[],
): Promise<RecoveredMix> {
  const [first] = sides;
  if (first === undefined) return { session, isProven: false, provenSeconds: 0 };
  const unixSeconds = parsePartFileName(basename(first.path))?.unixSeconds ?? 0;
  const name = partFileName({ type: 'mixed', unixSeconds, part, extension: 'wav' });
  const path = join(dirname(first.path), name);
  // A file of this name that is not known as this part's mix is not ours to replace.
  const isListed = session.files.some(({ file_path }) => basename(file_path) === name);
  const there = await statIfThere(path);
  if (there?.isFile() === false) await moveAside(path);
  const isOneFound = await isAmong(found, path);
  if (there?.isFile() === true && !isListed && !isOneFound) await setAside(path);
  const longest = Math.max(...sides.map(({ file }) => file.duration_ms));
  let [isProven, provenSeconds] = [true, 0];
  const { byteSize } = await buildMix({
    masterPaths: sides.map((side) => side.path),
    path,
    markers: session.markers.filter((marker) => marker.part === part),
    async beforeReplacing(madePath) {
      if (
        !isOneFound &&
        (await statIfThere(path))?.isFile() === true &&
        !(await holdsAllOf(madePath, path))
      ) {
        isProven = false;
        await setAside(path);
      }
      for (const { holds } of found) {
        if (await isHeldBy(madePath, holds)) provenSeconds = Math.max(provenSeconds, secondsOf(holds));
        else {
          // The found mix may hold audio that a side has lost.
          isProven = false;
          await setAside(holds.path);
        }
      }
    },
  });
  for (const { holds } of found)
    if (!(await isSameName(holds.path, path))) await rm(holds.path, { force: true });
  const known = session.files.some((file) => file.type === 'mixed' && file.master && file.part === part);
  const mix: RecordingFile = {
    ...first.file,
    type: 'mixed',
    file_path: `${session.id}/${name}`,
    byte_size: byteSize,
    duration_ms: longest,
  };
  const listed = known ? withMix(session, part, () => mix) : { ...session, files: [...session.files, mix] };
  return { session: listed, isProven, provenSeconds };
}

async function isAmong(found: readonly ExaminedMaster[], path: string): Promise<boolean> {
  for (const { holds } of found) if (await isSameName(holds.path, path)) return true;
  return false;
}

/** True where a new mix begins with all audio of an earlier one. */
async function holdsAllOf(madePath: string, earlierPath: string): Promise<boolean> {
  try {
    return await beginsWith(await audioBytesOf(madePath), await audioBytesOf(earlierPath));
  } catch (error) {
    if (error instanceof LecternError) return false;
    throw error;
  }
}

/**
 * True where the new mix repeats the found one. The same sides always give the same mix, so a difference means that a
 * side has changed.
 */
async function isHeldBy(madePath: string, found: MasterExamination): Promise<boolean> {
  if (found.size <= LEAST_HEADER_BYTES) return true;
  const { kind, shape, path, dataOffset, frames } = found;
  if (kind !== 'sound' || shape === undefined) return false;
  const made = await audioBytesOf(madePath);
  return beginsWith(made, { path, dataOffset, dataBytes: frames * 2 * shape.channels });
}

function secondsOf({ frames, shape }: MasterExamination): number {
  return shape === undefined ? 0 : frames / shape.sampleRate;
}

function withMix(
  session: SessionRecord,
  part: number,
  change: (file: RecordingFile) => RecordingFile,
): SessionRecord {
  const isMix = (file: RecordingFile): boolean => file.type === 'mixed' && file.master && file.part === part;
  return { ...session, files: session.files.map((file) => (isMix(file) ? change(file) : file)) };
}
