import { basename, join } from 'node:path';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { isReadable } from '../files/finish-wav.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import type { Log } from '../session/ports.ts';
import { isWhole, masterOf, pathOf, trackKey, type SpoiledTracks } from './found-files.ts';
import { withMixesAsEvidence } from './mix-as-evidence.ts';
import { salvageCopies } from './recover-copies.ts';
import {
  examineFound,
  finishExamined,
  type ExaminedMaster,
  type FoundMaster,
  type SiblingHint,
} from './recover-master.ts';
import { recoverMixes, removeSides } from './recover-mix.ts';
import { withExaminedPart } from './recovered-part.ts';

/** A delivered copy that must be made again from its master. */
export interface UnfinishedDelivery {
  readonly file: RecordingFile;
  readonly masterPath: string;
  readonly finalPath: string;
}

export interface RecoveredSession {
  readonly session: SessionRecord;
  readonly deliveries: readonly UnfinishedDelivery[];
  /** WAVs that were looked at, as they were. */
  readonly examined: readonly ExaminedMaster[];
}

export interface RecoverMastersOptions {
  readonly siblings: SiblingHint;
  /** Called with what was found, before any file is changed: afterwards it can no longer be seen. */
  readonly onExamined: (session: SessionRecord, examined: readonly ExaminedMaster[]) => Promise<void>;
  readonly log: Log;
}

/**
 * Masters that a crash left open are finished from what is in them, and the mix is made of them again. All of them are
 * read first: where one cannot be, this rejects and nothing has been changed.
 */
export async function recoverMasters(
  record: SessionRecord,
  folders: readonly string[],
  { siblings, onExamined, log }: RecoverMastersOptions,
): Promise<RecoveredSession> {
  const examined = await examineAll(record, await findUnaccounted(record, folders), siblings);
  let session = examined.reduce(withExaminedPart, record);
  await onExamined(session, examined);
  for (const { name, holds } of examined)
    if (holds.damage !== undefined && holds.size > 0)
      log('error', `a recording is damaged: ${holds.damage}`, { id: record.id, name, kind: holds.kind });
  const sides = examined.filter(({ type }) => type !== 'mixed');
  for (const side of sides) session = await finishExamined(session, side);
  const spoiled = new Set(
    examined.filter(({ holds }) => holds.doubtfulFrames > 0 || !isReadable(holds)).map(trackKey),
  );
  const mixes = examined.filter(({ type }) => type === 'mixed');
  session = await recoverMixes(session, folders, mixes, spoiled, log);
  const cutOff = record.files.filter(({ status }) => status === 'recording').map(({ part }) => part);
  session = await removeSides(session, new Set(cutOff), folders, { mixes, spoiled });
  session = await salvageCopies(session, folders, withMixesOf(session, spoiled));
  const settled: RecordingFile[] = [];
  for (const file of session.files) settled.push(await settleFile(file, session, folders));
  const parts = new Set([...cutOff, ...examined.map(({ part }) => part)]);
  session = withMixesAsEvidence({ ...session, files: settled }, parts);
  const deliveries = await unfinishedDeliveries(session, folders);
  const waiting = new Set(deliveries.map(({ file }) => file));
  const files = session.files.map((file): RecordingFile =>
    file.status === 'recording' && !waiting.has(file)
      ? { ...file, status: file.master ? 'missing' : 'failed' }
      : file,
  );
  return { session: { ...session, files }, deliveries, examined };
}

/** A mix of a side that has lost something has lost it too, and a copy that was made while recording has not. */
function withMixesOf(session: SessionRecord, spoiled: SpoiledTracks): SpoiledTracks {
  const poorer = session.files.filter(
    (file) => file.master && file.type !== 'mixed' && !isWhole(file, session, spoiled),
  );
  return new Set([...spoiled, ...poorer.map(({ part }) => trackKey({ part, type: 'mixed' }))]);
}

async function findUnaccounted(session: SessionRecord, folders: readonly string[]): Promise<FoundMaster[]> {
  const found: FoundMaster[] = [];
  for (const folder of folders)
    for (const name of (await listFiles(folder)).files)
      if (isUnaccounted(session, name)) found.push({ folder, name });
  return found;
}

/** Of each what it holds. Where one's header is lost, the others tell how they are written. */
async function examineAll(
  session: SessionRecord,
  found: readonly FoundMaster[],
  siblings: SiblingHint,
): Promise<ExaminedMaster[]> {
  const examineWith = async (hint: SiblingHint): Promise<ExaminedMaster[]> => {
    let nextPart = 1 + Math.max(0, ...session.parts.map(({ part }) => part), ...session.files.map(partOf));
    const examined: ExaminedMaster[] = [];
    for (const each of found) {
      const one = await examineFound(session, each, hint, nextPart);
      if (one.part === nextPart) nextPart++;
      examined.push(one);
    }
    return examined;
  };
  const first = await examineWith(siblings);
  const sound = first.find(({ holds }) => holds.kind === 'sound')?.holds;
  if (sound === undefined || first.every(({ holds }) => holds.damage === undefined)) return first;
  const { shape = siblings.shape, dataOffset } = sound;
  return examineWith({ ...siblings, shape, dataOffset });
}

function partOf({ part }: RecordingFile): number {
  return part;
}

/**
 * True for a WAV that nobody finished, and for one that was given its final name by a writer that died before it
 * could write down how long it is.
 */
function isUnaccounted(session: SessionRecord, name: string): boolean {
  if (name.endsWith(`.wav${PARTIAL_SUFFIX}`)) return true;
  const parsed = parsePartFileName(name);
  const known = session.files.find((file) => basename(file.file_path) === name);
  if (parsed?.extension !== 'wav') return false;
  return known === undefined ? parsed.variant === undefined : known.status === 'recording';
}

/** A delivery is renamed only when it is whole, so one that is there is finished and one that is not is not. */
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
