import { join, basename } from 'node:path';
import { trackSchema, type Track } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { sampleRateOf, type SessionRecord } from '../contract/session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { measureSeconds } from '../encode/measure-seconds.ts';
import { examineMaster } from '../files/examine-master.ts';
import { isMending } from '../files/finish-wav.ts';
import { LEAST_HEADER_BYTES } from '../files/master-header.ts';
import { isThere } from '../files/set-aside.ts';
import { cuePointsOf } from './cue-points-of.ts';
import { trackKey } from './found-files.ts';
import { framesOfPart, framesOfTime, framesOfTurns } from './noted-frames.ts';
import { leftCopies } from './recover-copies.ts';
import type { ExaminedMaster } from './examined-master.ts';

/** What other files of a part show about a track's length. Any of them may be the only evidence left. */
export interface ExpectedFrames {
  /** The least number of frames that a track had, judged by everything but its own master; 0 where nothing shows it. */
  of(type: Track, part: number): number;
  /** Seconds in the longest copy of a track or mix. */
  copySeconds(type: string, part: number): number;
}

/** A copy may be longer than its master by this: an encoder may receive a little more, and pads its output. */
export const COPY_AHEAD_SECONDS = 0.5;
/** Notes about a running track may be ahead of its file by no more than this. */
const NOTED_AHEAD_SECONDS = 2;
/** A mix waits 5 s for a late side. A power cut may take 2 s of the other side, for which it did not wait. */
const MIX_PATIENCE_SECONDS = 3;

/**
 * Finds each track's least length from its mix, its copies, its notes and the other side. A side that was sent for a
 * shorter time has lost nothing, so the other side counts only where the track's own file is gone or has no header
 * left. Where no file shows the length of such a track, the time from its start to its file's last change counts.
 */
export async function expectedFrames(
  session: SessionRecord,
  examined: readonly ExaminedMaster[],
  folders: readonly string[],
  crashSeconds: number,
): Promise<ExpectedFrames> {
  const copies = await copyLengths(session, examined, folders);
  const mended = await mendedFrames(session, examined);
  const copySeconds = (type: string, part: number): number => copies.get(`${type} ${part}`) ?? 0;
  const mastersOf = (part: number): ExaminedMaster[] =>
    examined.filter((one) => one.part === part && one.isMaster && !one.isSuperseded);

  const inMix = (part: number): number => {
    const rate = sampleRateOf(session, part);
    const masters = mastersOf(part);
    const mixes = masters.filter(({ type }) => type === 'mixed').map(({ holds }) => holds.frames);
    const mix = Math.max(0, ...mixes, (copySeconds('mixed', part) - COPY_AHEAD_SECONDS) * rate);
    const longest = Math.max(mix, ...masters.map(({ holds }) => holds.frames + holds.missingFrames));
    // A mix that is further behind may have counted a late side as silent.
    return mix > longest - MIX_PATIENCE_SECONDS * rate ? Math.floor(mix) : 0;
  };

  const noted = (type: Track, part: number, own: ExaminedMaster | undefined): number => {
    const inTurns = framesOfTurns(session, type, part);
    if (own !== undefined && !isGone(own))
      return inTurns > own.holds.frames + NOTED_AHEAD_SECONDS * sampleRateOf(session, part) ? inTurns : 0;
    return Math.max(inTurns, framesOfPart(session, type, part));
  };

  const inTime = (own: ExaminedMaster): number => {
    const frames = framesOfTime(session, own);
    return frames > crashSeconds * sampleRateOf(session, own.part) ? frames : 0;
  };

  return {
    copySeconds,
    of(type, part) {
      const rate = sampleRateOf(session, part);
      const masters = mastersOf(part);
      const own = masters.find((one) => one.type === type);
      const others = [
        ...masters.filter((one) => isGone(own) && one.type !== type),
        ...examined.filter(
          (one) =>
            one.isSuperseded &&
            one.isMaster &&
            one.part === part &&
            one.type === type &&
            one.holds.kind !== 'foreign',
        ),
      ];
      const inFiles = Math.max(
        Math.floor((copySeconds(type, part) - COPY_AHEAD_SECONDS) * rate),
        inMix(part),
        mended.get(trackKey({ type, part })) ?? 0,
        ...others.map(({ holds }) => holds.frames + holds.missingFrames),
        0,
      );
      const known = Math.max(inFiles, noted(type, part, own));
      return own !== undefined && isGone(own) && inFiles === 0 ? Math.max(known, inTime(own)) : known;
    },
  };
}

/** True where a track's master is gone, or less than its header is left. */
function isGone(own: ExaminedMaster | undefined): boolean {
  return own === undefined || own.holds.size < LEAST_HEADER_BYTES;
}

async function copyLengths(
  session: SessionRecord,
  examined: readonly ExaminedMaster[],
  folders: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const lengths = new Map<string, number>();
  const add = (key: string, seconds: number): void => {
    lengths.set(key, Math.max(lengths.get(key) ?? 0, seconds));
  };
  // Copies that are WAVs were examined as the masters were.
  for (const { isMaster, isSuperseded, holds, ...one } of examined)
    if (!isMaster && !isSuperseded && holds.shape !== undefined)
      add(trackKey(one), holds.frames / holds.shape.sampleRate);
  for (const { path, file } of await leftCopies(session, folders))
    add(trackKey(file), await measureSeconds(path));
  for (const file of session.files)
    for (const folder of file.master || file.status !== 'recording' ? [] : folders) {
      const path = join(folder, basename(file.file_path));
      if (await isThere(path)) add(trackKey(file), await measureSeconds(path));
    }
  return lengths;
}

/** Frames in unfinished files that were to replace a damaged master. They may come from an earlier, longer master. */
async function mendedFrames(
  session: SessionRecord,
  examined: readonly ExaminedMaster[],
): Promise<ReadonlyMap<string, number>> {
  const frames = new Map<string, number>();
  for (const one of examined) {
    const { shape } = one.holds;
    if (!one.isMaster || shape === undefined) continue;
    const left = (await listFiles(one.folder)).files.filter((name) => isMending(name, one.finalName));
    for (const name of left)
      try {
        // The whole file is examined: a power cut may have left only its header.
        const left = await examineMaster(join(one.folder, name), {
          hint: { shape },
          cuePoints: cuePointsOf(session, one.part),
        });
        const found = left.frames;
        frames.set(trackKey(one), Math.max(found, frames.get(trackKey(one)) ?? 0));
      } catch (error) {
        if (!(error instanceof LecternError)) throw error;
      }
  }
  return frames;
}

/** Tracks of cut-off parts whose master is missing, although nothing was to remove it. */
export function absentTracks(
  before: SessionRecord,
  examined: readonly ExaminedMaster[],
): { readonly type: Track; readonly part: number }[] {
  return before.files.flatMap(({ type: fileType, part, master, status }) => {
    const type = trackSchema.safeParse(fileType);
    if (!master || status !== 'recording' || !type.success) return [];
    const there = examined.filter((one) => one.part === part && one.isMaster);
    if (there.some((one) => one.type === type.data)) return [];
    const isInMix = there.some((one) => one.type === 'mixed' && one.name === one.finalName);
    const isKept = before.record === null || before.record.includes(type.data);
    return isInMix && !isKept ? [] : [{ type: type.data, part }];
  });
}
