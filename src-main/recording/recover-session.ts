import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { isRegularFileSync } from '../disk/regular-file.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import type { Log } from '../session/ports.ts';
import { recoverMaster } from './recover-master.ts';
import { recoverMixes, removeSides, type FoundMix } from './recover-mix.ts';

/** What an encoder that was cut off, or a description half written, leaves behind. */
const LEFTOVER =
  /\.(mp4|mp3)\.partial$|\.encoding-[0-9a-f]{8}(\.txt)?$|\.repairing-\d+-[0-9a-f]{8}\.\w+$|\.rebuilt(\.partial)?$|^session\.json\.new$|^[0-9a-f-]{36}\.wav\.new$|^\.reserve$/;

/** A delivered copy that must be made again from its master. */
export interface UnfinishedDelivery {
  readonly file: RecordingFile;
  readonly masterPath: string;
  readonly finalPath: string;
}

export interface RecoveredSession {
  readonly session: SessionRecord;
  readonly deliveries: readonly UnfinishedDelivery[];
}

/** Masters that a crash left open are finished from what is in them, and the mix is made of them again. */
export async function recoverMasters(
  record: SessionRecord,
  folders: readonly string[],
  log: Log,
): Promise<RecoveredSession> {
  let session = record;
  const mixes: FoundMix[] = [];
  for (const folder of folders)
    for (const name of (await listFiles(folder)).files) {
      if (!isUnaccounted(session, name)) continue;
      if (parsePartFileName(basename(name, PARTIAL_SUFFIX))?.type === 'mixed') mixes.push({ folder, name });
      else session = await recoverMaster(session, folder, name);
    }
  session = await recoverMixes(session, folders, mixes, log);
  const cutOff = record.files.filter(({ status }) => status === 'recording').map(({ part }) => part);
  session = await removeSides(session, new Set(cutOff), folders);
  session = {
    ...session,
    files: await Promise.all(session.files.map((file) => settleFile(file, session, folders))),
  };
  const deliveries = unfinishedDeliveries(session, folders);
  const waiting = new Set(deliveries.map(({ file }) => file));
  const files = session.files.map((file): RecordingFile =>
    file.status === 'recording' && !waiting.has(file)
      ? { ...file, status: file.master ? 'missing' : 'failed' }
      : file,
  );
  return { session: { ...session, files }, deliveries };
}

/** Removes what live encoders left, once their copies have been made again or can no longer be. */
export async function removeLeftovers(folders: readonly string[]): Promise<void> {
  for (const folder of folders)
    for (const name of (await listFiles(folder)).files) {
      if (LEFTOVER.test(name)) await rm(join(folder, name), { force: true });
    }
}

/**
 * True for a WAV that nobody finished, and for one that was given its final name by a writer that died before it
 * could write down how long it is.
 */
function isUnaccounted(session: SessionRecord, name: string): boolean {
  if (name.endsWith(`.wav${PARTIAL_SUFFIX}`)) return true;
  const parsed = parsePartFileName(name);
  if (parsed?.extension !== 'wav') return false;
  const known = session.files.find((file) => basename(file.file_path) === name);
  return known === undefined ? parsed.variant === undefined : known.status === 'recording';
}

/** A delivery is renamed only when it is whole, so one that is there is finished and one that is not is not. */
async function settleFile(
  file: RecordingFile,
  session: SessionRecord,
  folders: readonly string[],
): Promise<RecordingFile> {
  const path = pathOf(file, folders);
  if (file.status !== 'recording' || path === undefined) return file;
  const master = masterOf(file, session);
  return {
    ...file,
    status: 'completed',
    byte_size: await statBytes(path),
    duration_ms: master?.duration_ms ?? file.duration_ms,
  };
}

function masterOf(file: RecordingFile, session: SessionRecord): RecordingFile | undefined {
  return session.files.find(
    (other) =>
      other.master && other.part === file.part && other.type === file.type && other.status === 'completed',
  );
}

function unfinishedDeliveries(session: SessionRecord, folders: readonly string[]): UnfinishedDelivery[] {
  return session.files.flatMap((file) => {
    if (file.master || file.status !== 'recording') return [];
    const master = masterOf(file, session);
    const masterPath = master === undefined ? undefined : pathOf(master, folders);
    if (masterPath === undefined || (master?.duration_ms ?? 0) === 0) return [];
    return [{ file, masterPath, finalPath: join(masterPath, '..', basename(file.file_path)) }];
  });
}

function pathOf(file: RecordingFile, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, basename(file.file_path))).find(isRegularFileSync);
}
