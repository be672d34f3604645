import { basename, join } from 'node:path';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { statIfThere } from '../files/set-aside.ts';
import { damagedFrames } from './recovered-part.ts';

/**
 * The path of a session's file. Rejects where the system cannot say: a failing disk does not mean that the file is
 * gone.
 */
export async function pathOf(
  file: Pick<RecordingFile, 'file_path'>,
  folders: readonly string[],
): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, basename(file.file_path));
    if ((await statIfThere(path))?.isFile() === true) return path;
  }
  return undefined;
}

/** The finished master of which a file is a copy. */
export function masterOf(
  { part, type }: Pick<RecordingFile, 'part' | 'type'>,
  session: SessionRecord,
): RecordingFile | undefined {
  return session.files.find(
    (other) => other.master && other.part === part && other.type === type && other.status === 'completed',
  );
}

/** Masters whose beginning may be noise, by `trackKey`: damage destroyed their header and the samples beside it. */
export type SpoiledTracks = ReadonlySet<string>;

export function trackKey({ part, type }: Pick<RecordingFile, 'part' | 'type'>): string {
  return `${type} ${part}`;
}

/** True where a track's master is there and holds all audio that it is known to have had. */
export function isWhole(
  file: Pick<RecordingFile, 'part' | 'type'>,
  session: SessionRecord,
  spoiled: SpoiledTracks,
): boolean {
  if (masterOf(file, session) === undefined || spoiled.has(trackKey(file))) return false;
  return damagedFrames(session, file.part, file.type) === 0;
}
