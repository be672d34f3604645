import { basename, join } from 'node:path';
import type { DeliveryFormat } from '../contract/audio-format.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { listFiles } from '../disk/list-files.ts';
import { readWholeFile } from '../disk/read-fully.ts';
import { measureSeconds } from '../encode/measure-seconds.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { moveAside, renameToFree, setAside, statIfThere } from '../files/set-aside.ts';
import { statBytes } from '../files/stat-bytes.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { isWhole, masterOf, type SpoiledTracks } from './found-files.ts';

const COPY = /\.(mp4|mp3)\.partial$/;
/** A live encoder may receive a little more audio than its master, and holds back up to one fragment. */
const AHEAD_SECONDS = 0.5;
const BEHIND_SECONDS = 2;

/** The file of an encoder that was cut off. */
export interface LeftCopy {
  readonly path: string;
  readonly finalName: string;
  readonly file: RecordingFile;
}

/** The unfinished copies of live encoders in these folders, with or without a row. */
export async function leftCopies(session: SessionRecord, folders: readonly string[]): Promise<LeftCopy[]> {
  const left: LeftCopy[] = [];
  for (const folder of folders)
    for (const name of (await listFiles(folder)).files) {
      if (!COPY.test(name)) continue;
      const finalName = basename(name, PARTIAL_SUFFIX);
      const file =
        session.files.find(({ file_path }) => basename(file_path) === finalName) ??
        unlisted(session, finalName);
      if (file !== undefined) left.push({ path: join(folder, name), finalName, file });
    }
  return left;
}

function unlisted(session: SessionRecord, name: string): RecordingFile | undefined {
  const parsed = parsePartFileName(name);
  const format: DeliveryFormat | undefined = (['mp4', 'mp3'] as const).find(
    (known) => known === parsed?.extension,
  );
  if (parsed === undefined || format === undefined) return undefined;
  return {
    type: parsed.type,
    format,
    file_path: `${session.id}/${name}`,
    url: '',
    byte_size: 0,
    duration_ms: 0,
    part: parsed.part,
    master: false,
    gain: session.gain,
    status: 'recording',
  };
}

/**
 * Keeps a live encoder's copy as it is, where its master has lost audio that the copy may still hold. Rejects where a
 * copy cannot be read.
 */
export async function salvageCopies(
  record: SessionRecord,
  folders: readonly string[],
  spoiled: SpoiledTracks,
): Promise<SessionRecord> {
  let session = record;
  for (const copy of await leftCopies(session, folders)) {
    if (copy.file.status !== 'recording') continue;
    const finalPath = join(copy.path, '..', copy.finalName);
    const there = await statIfThere(finalPath);
    if (there?.isFile() === true) continue;
    await readWholeFile(copy.path);
    const seconds = await measureSeconds(copy.path);
    if (!holdsMore(seconds, copy.file, session, spoiled)) {
      // Too short to replace a new copy, but it may hold audio that the master has lost.
      if (seconds > 0 && !isWhole(copy.file, session, spoiled)) await setAside(copy.path);
      continue;
    }
    // A link or a folder may have this name. The copy needs it.
    if (there !== undefined) await moveAside(finalPath);
    await renameToFree(copy.path, finalPath);
    const kept: RecordingFile = {
      ...copy.file,
      status: 'completed',
      byte_size: await statBytes(finalPath),
      duration_ms: seconds * 1000,
    };
    const others = session.files.filter(({ file_path }) => file_path !== kept.file_path);
    session = { ...session, files: [...others, kept] };
  }
  return session;
}

/** True where a copy may hold audio that its master lacks. */
export function holdsMore(
  seconds: number,
  file: RecordingFile,
  session: SessionRecord,
  spoiled: SpoiledTracks,
): boolean {
  if (seconds === 0) return false;
  const inMaster = (masterOf(file, session)?.duration_ms ?? 0) / 1000;
  if (seconds > inMaster + AHEAD_SECONDS) return true;
  return !isWhole(file, session, spoiled) && seconds > inMaster - BEHIND_SECONDS;
}
