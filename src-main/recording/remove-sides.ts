import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { isWhole, masterOf, pathOf, type SpoiledTracks } from './found-files.ts';
import type { ExaminedMaster } from './examined-master.ts';
import { mixedTracks } from './mixed-tracks.ts';
import type { RebuiltMixes } from './recover-mix.ts';

/** The live mix may be behind its sides by this at a kill. Nothing else proves what the sides hold of that time. */
const MIX_BEHIND_SECONDS = 2.5;
/** Of a short recording the mix that was found must prove at least this share. */
const LEAST_PROVEN = 0.5;

export interface SidesContext {
  /** The record as the crash left it. Only files that it lists may be removed. */
  readonly before: SessionRecord;
  readonly folders: readonly string[];
  readonly mixes: readonly ExaminedMaster[];
  readonly rebuilt: RebuiltMixes;
  readonly spoiled: SpoiledTracks;
}

/**
 * Removes sides that their session keeps only in the mix, from parts that a crash cut off. This needs proof that the
 * mix has all their audio: it has just been made from all whole sides, and it repeats the mix that was found. All
 * other sides stay and are listed: a single side cannot show whether the mix is complete, and without a mix no other
 * file has the side's audio.
 */
export async function removeSides(session: SessionRecord, context: SidesContext): Promise<SessionRecord> {
  const { before, folders } = context;
  const { record } = before;
  if (record?.includes('mixed') !== true) return session;
  const removed = new Set<RecordingFile>();
  for (const file of session.files) {
    const { type } = file;
    if (type === 'mixed' || record.includes(type) || !isNamed(file)) continue;
    const listed = before.files.find(({ file_path }) => file_path === file.file_path);
    const isCutOff = before.files.some(({ part, status }) => part === file.part && status === 'recording');
    if (!isCutOff || listed === undefined || !before.tracks.includes(type)) continue;
    const path = await pathOf(file, folders);
    if (path === undefined && wasRemoved(file, context)) removed.add(file);
    if (path === undefined || !(await isInMix(file, session, context))) continue;
    removed.add(file);
    await rm(path, { force: true });
  }
  return { ...session, files: session.files.filter((file) => !removed.has(file)) };
}

async function isInMix(
  side: RecordingFile,
  session: SessionRecord,
  { folders, rebuilt, spoiled }: SidesContext,
): Promise<boolean> {
  const mix = masterOf({ part: side.part, type: 'mixed' }, session);
  if (mix === undefined || mix.duration_ms < side.duration_ms) return false;
  if ((await pathOf(mix, folders)) === undefined) return false;
  const sides = session.files.filter(
    ({ master, part, type, status }) =>
      master && part === side.part && type !== 'mixed' && status !== 'missing' && status !== 'recording',
  );
  if (sides.some((file) => !isWhole(file, session, spoiled))) return false;
  if (sides.length < mixedTracks(session).length) return false;
  // Only a mix from the time of the recording can show that no side has been cut off or damaged since.
  const { isProven, provenSeconds } = rebuilt.get(side.part) ?? { isProven: false, provenSeconds: 0 };
  const seconds = Math.max(...sides.map(({ duration_ms }) => duration_ms)) / 1000;
  const unproven = seconds - provenSeconds;
  return isProven && unproven <= MIX_BEHIND_SECONDS && provenSeconds >= seconds * LEAST_PROVEN;
}

/** True where a missing side was removed on purpose: its mix has its final name, so it had been read back. */
function wasRemoved({ part }: RecordingFile, { mixes }: SidesContext): boolean {
  return mixes.some(
    (mix) =>
      mix.part === part && mix.name === mix.finalName && mix.holds.kind === 'sound' && !mix.isSuperseded,
  );
}

/** True where the row's type agrees with the file's name. Otherwise the file is not removed. */
function isNamed({ file_path, type }: RecordingFile): boolean {
  const parsed = parsePartFileName(basename(file_path));
  return parsed === undefined || parsed.type === type;
}
