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

/** What other files of a part say of a track, each of which may be all that is left to say it. */
export interface ExpectedFrames {
  /** Frames that a track had at least, as far as anything but its own master tells; 0 where nothing does. */
  of(type: Track, part: number): number;
  /** Seconds in the longest copy of a track or mix. */
  copySeconds(type: string, part: number): number;
}

/** A live encoder may have been given a little more than its master, and pads what it makes. */
export const COPY_AHEAD_SECONDS = 0.5;
/** What is written down of a track that is being recorded may be ahead of its file by this, and no more. */
const NOTED_AHEAD_SECONDS = 2;
/** A mix waits for a side for 5 s, and a power cut may take 2 s of the side that it did not wait for. */
const MIX_PATIENCE_SECONDS = 3;

/**
 * Looks at the mix, the copies, what was written down and the other side of each track. A side that was never sent is shorter than the other and
 * has lost nothing, so the other side speaks only for one whose own file is gone, or has not even a header. Where no file
 * speaks for such a one, the time does that passed until its file was last changed.
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
    // Further behind, one of its sides may have been taken to be silent.
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

/** True where not even the header of a track's master is left. */
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
  // A copy that is a WAV is examined as masters are.
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

/** Frames of each track in what was being made in place of a damaged master, and may be of an earlier, longer one. */
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
        // Not by its header alone, which a power cut may have left behind.
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

/** Tracks of the parts that were cut off whose file is nowhere, though nothing was to remove it. */
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
