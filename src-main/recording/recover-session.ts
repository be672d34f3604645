import { basename, join } from 'node:path';
import { sampleRateOf, type RecordingFile, type SessionRecord } from '../contract/session-record.ts';
import { isReadable } from '../files/finish-wav.ts';
import { parseFoundName } from '../files/found-name.ts';
import { LEAST_HEADER_BYTES, type WavShape } from '../files/master-header.ts';
import { statBytes } from '../files/stat-bytes.ts';
import type { Log } from '../runtime/log.ts';
import { agreedShapes } from './agreed-shape.ts';
import { withCopiesAsEvidence } from './copy-as-evidence.ts';
import { absentTracks, COPY_AHEAD_SECONDS, expectedFrames, type ExpectedFrames } from './expected-frames.ts';
import { findMasters } from './find-masters.ts';
import { isWhole, masterOf, pathOf, trackKey, type SpoiledTracks } from './found-files.ts';
import { withLoneMixes } from './lone-mixes.ts';
import { withMixesAsEvidence } from './mix-as-evidence.ts';
import { salvageCopies } from './recover-copies.ts';
import type { ExaminedMaster, FoundMaster } from './examined-master.ts';
import { examineFound, finishExamined, type SiblingHint } from './recover-master.ts';
import { recoverMixes, type RebuiltMixes } from './recover-mix.ts';
import { withExaminedPart, withTrack } from './recovered-part.ts';
import { removeSides } from './remove-sides.ts';
import { settleRivals } from './settle-rivals.ts';
import { findZeroedSides, withZeroedSides } from './zeroed-sides.ts';

/** A copy that must be made again from its master. */
export interface UnfinishedDelivery {
  readonly file: RecordingFile;
  readonly masterPath: string;
  readonly finalPath: string;
}

export interface RecoveredSession {
  readonly session: SessionRecord;
  readonly deliveries: readonly UnfinishedDelivery[];
  /** The examined WAVs, as they were before any change. */
  readonly examined: readonly ExaminedMaster[];
}

export interface RecoverMastersOptions {
  readonly siblings: SiblingHint;
  /** The usual loss of a crash for one track. A smaller loss is no damage. */
  readonly crashSeconds: number;
  /** Called with the findings before any file is changed. Afterwards nobody can see them any more. */
  readonly onExamined: (session: SessionRecord, examined: readonly ExaminedMaster[]) => Promise<void>;
  readonly log: Log;
}

/**
 * Finishes the masters that a crash left open, and makes their mix again. Reads all of them first: where one cannot
 * be read, this rejects and has changed nothing.
 */
export async function recoverMasters(
  record: SessionRecord,
  folders: readonly string[],
  { siblings, crashSeconds, onExamined, log }: RecoverMastersOptions,
): Promise<RecoveredSession> {
  const examined = await examineAll(record, await findMasters(record, folders), siblings);
  const expected = await expectedFrames(record, examined, folders, crashSeconds);
  const tracks = withAllTracks(record, examined, expected, crashSeconds);
  let session = withLoneMixes(tracks, record, examined);
  const zeroed = await findZeroedSides(record, examined, folders);
  await onExamined(withZeroedSides(session, zeroed), examined);
  for (const { name, holds } of examined)
    if (holds.damage !== undefined && holds.size > 0)
      log('error', `a recording is damaged: ${holds.damage}`, { id: record.id, name, kind: holds.kind });
  const sides = examined.filter(({ type }) => type !== 'mixed');
  for (const side of sides) session = await finishExamined(session, side);
  const spoiled = new Set(
    examined
      .filter(({ holds, isSuperseded }) => !isSuperseded && (holds.doubtfulFrames > 0 || !isReadable(holds)))
      .map(trackKey),
  );
  const mixes = examined.filter(({ type }) => type === 'mixed');
  const { session: mixed, rebuilt } = await recoverMixes(session, folders, mixes, spoiled, log);
  const spoiledMixes = withMixesOf(mixed, spoiled, rebuilt, expected);
  session = await removeSides(mixed, { before: record, folders, mixes, rebuilt, spoiled });
  // Reported only from here on: recovery of the mix finds this damage itself, by comparing both mixes.
  session = withZeroedSides(session, zeroed);
  session = await salvageCopies(session, folders, spoiledMixes);
  const settled: RecordingFile[] = [];
  for (const file of session.files) settled.push(await settleFile(file, session, folders));
  const cutOff = record.files.filter(({ status }) => status === 'recording').map(({ part }) => part);
  const parts = new Set([...cutOff, ...examined.map(({ part }) => part)]);
  session = withCopiesAsEvidence(withMixesAsEvidence({ ...session, files: settled }, parts), parts);
  const deliveries = await unfinishedDeliveries(session, folders);
  const waiting = new Set(deliveries.map(({ file }) => file));
  const files = session.files.map((file): RecordingFile =>
    file.status === 'recording' && !waiting.has(file)
      ? { ...file, status: file.master ? 'missing' : 'failed' }
      : file,
  );
  return { session: { ...session, files }, deliveries, examined };
}

/** Reports for every part that was cut off, for tracks with a master and for tracks without. */
function withAllTracks(
  record: SessionRecord,
  examined: readonly ExaminedMaster[],
  expected: ExpectedFrames,
  crashSeconds: number,
): SessionRecord {
  let session = record;
  for (const one of examined) {
    if (one.type === 'mixed') continue;
    const isGone = one.holds.size < LEAST_HEADER_BYTES;
    session = withExaminedPart(session, one, {
      frames: expected.of(one.type, one.part),
      crashSeconds: isGone ? 0 : crashSeconds,
    });
  }
  for (const { type, part } of absentTracks(record, examined)) {
    const frames = expected.of(type, part);
    if (frames === 0) continue;
    const startedMs = Date.parse(record.started_at);
    const none = { frames: 0, missingFrames: 0, zeroedFrames: 0, lastWrittenMs: startedMs };
    const finding = { track: type, part, sampleRate: sampleRateOf(record, part), ...none };
    session = withTrack(session, finding, { frames, crashSeconds: 0 });
  }
  return session;
}

/**
 * Adds the mixes that may lack audio: the mix of a damaged side, a new mix that differs from the found one, and one
 * where a copy is longer than the found mix. A copy that was made while recording may still have that audio.
 */
function withMixesOf(
  session: SessionRecord,
  spoiled: SpoiledTracks,
  rebuilt: RebuiltMixes,
  expected: ExpectedFrames,
): SpoiledTracks {
  const doubtful = [...rebuilt].flatMap(([part, { isProven, provenSeconds }]) => {
    const isHeld = isProven && expected.copySeconds('mixed', part) <= provenSeconds + COPY_AHEAD_SECONDS;
    return isHeld ? [] : [trackKey({ part, type: 'mixed' })];
  });
  const poorer = session.files.filter(
    (file) => file.master && file.type !== 'mixed' && !isWhole(file, session, spoiled),
  );
  const ofPoorer = poorer.map(({ part }) => trackKey({ part, type: 'mixed' }));
  return new Set([...spoiled, ...doubtful, ...ofPoorer]);
}

/** Examines all masters. Where a header is lost, the other masters show the shape of the samples. */
async function examineAll(
  session: SessionRecord,
  found: readonly FoundMaster[],
  siblings: SiblingHint,
): Promise<readonly ExaminedMaster[]> {
  const examineWith = async (hint: SiblingHint): Promise<ExaminedMaster[]> => {
    // Files without a row may have part numbers too: a new number must be above theirs.
    const parts = found.map(({ name }) => parseFoundName(name)?.parsed.part ?? 0);
    let nextPart = 1 + Math.max(0, ...[...session.parts, ...session.files].map(partOf), ...parts);
    const examined: ExaminedMaster[] = [];
    for (const each of found) {
      const one = await examineFound(session, each, hint, nextPart);
      if (one.part === nextPart) nextPart++;
      examined.push(one);
    }
    return examined;
  };
  const settle = (examined: readonly ExaminedMaster[], hint: SiblingHint) =>
    settleRivals(session, examined, ({ folder, finalName, part }) =>
      examineFound(session, { folder, name: finalName }, hint, part),
    );
  const first = await examineWith(siblings);
  const agreed = siblings.isDescribed ? new Map<number, WavShape>() : agreedShapes(first);
  const isAgreed = ({ part, holds }: ExaminedMaster): boolean => isShapeOf(agreed.get(part), holds.shape);
  const sound = first.find((one) => one.holds.kind === 'sound' && isAgreed(one))?.holds;
  const isUndamaged = first.every(({ holds }) => holds.damage === undefined);
  if (sound === undefined || (isUndamaged && agreed.size === 0)) return settle(first, siblings);
  const { shape = siblings.shape, dataOffset } = sound;
  const informed = { ...siblings, shape, dataOffset, agreed };
  return settle(await examineWith(informed), informed);
}

function isShapeOf(agreed: WavShape | undefined, shape: WavShape | undefined): boolean {
  if (agreed === undefined) return true;
  return agreed.sampleRate === shape?.sampleRate && agreed.channels === shape.channels;
}

function partOf({ part }: { readonly part: number }): number {
  return part;
}

/**
 * A copy gets its final name only once it is whole. So a copy under its final name is finished, and without that file
 * it is not.
 */
async function settleFile(
  file: RecordingFile,
  session: SessionRecord,
  folders: readonly string[],
): Promise<RecordingFile> {
  const path = file.status === 'recording' ? await pathOf(file, folders) : undefined;
  if (path === undefined) return file;
  const master = masterOf(file, session);
  return {
    ...file,
    status: 'completed',
    byte_size: await statBytes(path),
    duration_ms: master?.duration_ms ?? file.duration_ms,
  };
}

async function unfinishedDeliveries(
  session: SessionRecord,
  folders: readonly string[],
): Promise<UnfinishedDelivery[]> {
  const unfinished: UnfinishedDelivery[] = [];
  for (const file of session.files) {
    if (file.master || file.status !== 'recording') continue;
    const master = masterOf(file, session);
    const masterPath = master === undefined ? undefined : await pathOf(master, folders);
    if (masterPath === undefined || (master?.duration_ms ?? 0) === 0) continue;
    unfinished.push({ file, masterPath, finalPath: join(masterPath, '..', basename(file.file_path)) });
  }
  return unfinished;
}
