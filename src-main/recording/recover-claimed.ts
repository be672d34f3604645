import { join } from 'node:path';
import type { RecordingType } from '../contract/audio-format.ts';
import { sampleRateOf, type RecordingFile, type SessionRecord } from '../contract/session-record.ts';
import { statRegularFile } from '../disk/regular-file.ts';
import { chaptersOf } from '../encode/chapters.ts';
import type { Encoder } from '../encode/encoder.ts';
import type { OwnerState } from '../files/ownership.ts';
import { statBytes } from '../files/stat-bytes.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { secondsInCopies } from './copy-as-evidence.ts';
import { absentTracks } from './expected-frames.ts';
import { masterOf } from './found-files.ts';
import { damagedOfMix, loneMixes } from './lone-mixes.ts';
import type { ExaminedMaster } from './examined-master.ts';
import type { SiblingHint } from './recover-master.ts';
import { recoverMasters, type UnfinishedDelivery } from './recover-session.ts';
import { damagedFrames } from './recovered-part.ts';

/** The most that a killed process can lose: one chunk that had not been written, with room for a busy machine. */
const LOST_AFTER_KILL_SECONDS = 0.25;
/** The most that a power cut can lose: everything since the last sync, at most a second ago, and one chunk. */
const LOST_AFTER_POWER_CUT_SECONDS = 2;
/** A live encoder holds back up to one fragment, which is not in its file. */
const COPY_BEHIND_SECONDS = 2;

/** A session that a crash cut off. This process owns its folders now. */
export interface ClaimedSession {
  readonly record: SessionRecord;
  readonly siblings: SiblingHint;
  readonly folders: readonly string[];
  /** The state of each process that owned a folder. */
  readonly owners: readonly OwnerState[];
}

export interface ClaimedRecoveryOptions {
  readonly encoder: Encoder;
  readonly clock: Clock;
  readonly log: Log;
  readonly mp3BitRate?: number | undefined;
  /** Writes a session down. Never rejects. */
  readonly save: (session: SessionRecord, folders: readonly string[]) => Promise<void>;
}

export interface RecoveredClaim {
  readonly session: SessionRecord;
  readonly deliveries: readonly UnfinishedDelivery[];
  /** Reasons why files were left as they are, each half a sentence. Empty where everything is in order. */
  readonly left: readonly string[];
}

/**
 * Puts a session that a crash cut off in order. Rejects where a file cannot be read; nothing has been changed then.
 * Rejects too where the disk takes no more data; the next recovery goes on from there.
 */
export async function recoverClaimed(
  { record, siblings, folders, owners }: ClaimedSession,
  { clock, log, save }: ClaimedRecoveryOptions,
): Promise<RecoveredClaim> {
  const usualSeconds =
    waitingSeconds(record) +
    (owners.every((owner) => owner === 'dead') ? LOST_AFTER_KILL_SECONDS : LOST_AFTER_POWER_CUT_SECONDS);
  const noteLoss = (session: SessionRecord, seconds: number): SessionRecord => ({
    ...session,
    // An earlier recovery that was itself cut off has already written down the loss.
    recovered: {
      at: session.recovered?.at ?? new Date(clock.wallMs()).toISOString(),
      lost_seconds_at_most: Math.max(seconds, session.recovered?.lost_seconds_at_most ?? 0),
    },
  });
  const { session, deliveries, examined } = await recoverMasters(record, folders, {
    siblings,
    crashSeconds: usualSeconds,
    log,
    async onExamined(found, all) {
      if (hadEnded(record, all)) return;
      if (!siblings.isDescribed && all.length === 0) return;
      const seconds = usualSeconds + lostSeconds(found, record, all);
      // A greater loss is written down now: if this recovery is cut off, `.owner` names this process, and the changed
      // files do not show what was lost.
      if (seconds <= LOST_AFTER_KILL_SECONDS) return;
      const draft = noteLoss(found, seconds);
      await save({ ...draft, revision: draft.revision + 1 }, folders);
    },
  });
  const shape = siblings.isDescribed ? undefined : examined.findLast(({ holds }) => holds.shape)?.holds.shape;
  const settled: SessionRecord = {
    ...session,
    ...(shape === undefined ? {} : { sample_rate: shape.sampleRate, channels: shape.channels }),
    revision: session.revision + 2,
    ended_at: new Date((await endOf(session, folders)) || clock.wallMs()).toISOString(),
  };
  const left = examined.flatMap(({ holds, isSuperseded }) =>
    holds.kind === 'unknown' && !isSuperseded ? (holds.damage ?? []) : [],
  );
  const isLost = left.length > 0 || isNothingLeft(session, record, examined);
  if (!isLost && hadEnded(record, examined))
    return { session: { ...settled, ended_at: record.ended_at }, deliveries, left };
  // All files are final and only the description is gone: the session was not cut off.
  const crashSeconds = siblings.isDescribed || examined.length > 0 ? usualSeconds : 0;
  return {
    session: isLost
      ? { ...settled, status: 'failed', recovered: record.recovered }
      : { ...noteLoss(settled, crashSeconds + lostSeconds(session, record, examined)), status: 'recovered' },
    deliveries,
    left,
  };
}

/** True where the recording had ended and only its copies or its mix were cut off: no audio is lost. */
function hadEnded(record: SessionRecord, examined: readonly ExaminedMaster[]): boolean {
  const isSide = ({ type }: Pick<RecordingFile, 'type'>): boolean => type !== 'mixed';
  return (
    record.status !== 'recording' &&
    !examined.some(isSide) &&
    !record.files.some((file) => file.master && isSide(file) && file.status === 'recording')
  );
}

/** Seconds of audio that, when last written down, waited in memory for an earlier chunk. Of the track that waited most. */
function waitingSeconds(session: SessionRecord): number {
  const seconds = session.parts.flatMap(({ part, report }) =>
    (report?.tracks ?? []).map(({ waiting = 0 }) => waiting / sampleRateOf(session, part)),
  );
  return Math.max(0, ...seconds);
}

/**
 * Seconds that damage destroyed, beyond the usual loss of a crash. For each part the track with the greatest loss
 * counts, less what its copies still have.
 */
function lostSeconds(
  session: SessionRecord,
  before: SessionRecord,
  examined: readonly ExaminedMaster[],
): number {
  const byPart = new Map<number, number>();
  const add = (part: number, type: RecordingType, lost: number): void => {
    const master = masterOf({ part, type }, session);
    const inCopies = secondsInCopies(session, { part, type });
    const inMaster = (master?.duration_ms ?? 0) / 1000;
    const inNeither = Math.max(0, lost + inMaster - Math.max(inMaster, inCopies));
    const behind = wasBeingEncoded(before, { part, type }) ? COPY_BEHIND_SECONDS : 0;
    // Where only copies are left, the reported loss already refers to them.
    const beyond = inCopies === 0 ? lost : master === undefined ? lost + behind : inNeither;
    byPart.set(part, Math.max(byPart.get(part) ?? 0, beyond));
  };
  for (const { part, type, holds, isMaster, isSuperseded } of examined) {
    if (!isMaster || isSuperseded || holds.shape === undefined) continue;
    add(part, type, (damagedFrames(session, part, type) + holds.doubtfulFrames) / holds.shape.sampleRate);
  }
  for (const lone of loneMixes(before, examined))
    add(lone.mix.part, 'mixed', damagedOfMix(session, lone) / lone.sampleRate);
  for (const { part, type } of absentTracks(before, examined))
    add(part, type, damagedFrames(session, part, type) / sampleRateOf(session, part));
  return [...byPart.values()].reduce((sum, seconds) => sum + seconds, 0);
}

/** True where no copy of the track was finished when its session was cut off. */
function wasBeingEncoded(
  before: SessionRecord,
  { part, type }: Pick<RecordingFile, 'part' | 'type'>,
): boolean {
  return secondsInCopies(before, { part, type }) === 0;
}

/** True where parts were cut off and no file of the session holds any audio. */
function isNothingLeft(
  session: SessionRecord,
  before: SessionRecord,
  examined: readonly ExaminedMaster[],
): boolean {
  const isCutOff = examined.length > 0 || before.files.some(({ status }) => status === 'recording');
  return isCutOff && !session.files.some(({ status }) => status === 'completed' || status === 'recording');
}

/** When the last audio was written. */
async function endOf(session: SessionRecord, folders: readonly string[]): Promise<number> {
  const masters = session.files.filter(({ master }) => master);
  const paths = folders.flatMap((folder) => masters.map(({ file_path }) => join(folder, '..', file_path)));
  const times = await Promise.all(paths.map(async (path) => (await statRegularFile(path))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}

/** Makes a delivered copy again from its master; one that cannot be made is listed as failed. */
export async function makeDelivery(
  session: SessionRecord,
  { file, masterPath, finalPath }: UnfinishedDelivery,
  { encoder, log, mp3BitRate }: Pick<ClaimedRecoveryOptions, 'encoder' | 'log' | 'mp3BitRate'>,
  signal?: AbortSignal,
): Promise<RecordingFile> {
  try {
    await encoder.encodeFile({
      format: file.format,
      masterPath,
      finalPath,
      gain: file.gain,
      chapters: chaptersOf(session, file.part),
      ...(signal === undefined ? {} : { signal }),
      ...(mp3BitRate === undefined ? {} : { mp3BitRate }),
    });
    const master = masterOf(file, session);
    return {
      ...file,
      status: 'completed',
      byte_size: await statBytes(finalPath),
      duration_ms: master?.duration_ms ?? 0,
    };
  } catch (error) {
    if (signal?.aborted !== true)
      log('error', 'a recovered copy could not be made', { id: session.id, error });
    return { ...file, status: 'failed' };
  }
}
