import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { parsePartFileName } from '../files/session-folder.ts';
import { isWhole, masterOf, pathOf, type SpoiledTracks } from './found-files.ts';
import type { ExaminedMaster } from './examined-master.ts';
import { mixedTracks } from './mixed-tracks.ts';
import type { RebuiltMixes } from './recover-mix.ts';

/** A kept track may be so much shorter than one that goes: a chunk that was on its way when the process was killed. */
const CHUNK_SECONDS = 0.25;

export interface SidesContext {
  /** As the crash left it: only what it lists was ever this program's to remove. */
  readonly before: SessionRecord;
  readonly folders: readonly string[];
  readonly mixes: readonly ExaminedMaster[];
  readonly rebuilt: RebuiltMixes;
  readonly spoiled: SpoiledTracks;
}

/**
 * Removes the sides that their session keeps in nothing but its mix, from the parts that the crash cut off, where that is
 * proven to be all there: a mix that has just been made of both whole sides and is the same as what was found of it. All
 * others stay, and are listed: one side alone cannot tell whether the mix still has all of it, and where no mix is kept, no
 * file holds what a side does.
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
  { folders, rebuilt, mixes, spoiled }: SidesContext,
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
  // Without the mix that was made while recording, nothing tells a side that was cut off from one that ended early.
  const wasMixed = mixes.some(({ part, holds }) => part === side.part && holds.frames > 0);
  const lengths = sides.map(({ duration_ms }) => duration_ms);
  const isEven = Math.max(...lengths) - Math.min(...lengths) <= CHUNK_SECONDS * 1000;
  return rebuilt.get(side.part)?.isProven === true && (wasMixed || isEven);
}

/** A side that is gone, of a mix with its final name, which it gets when it has been read back, went when it might. */
function wasRemoved({ part }: RecordingFile, { mixes }: SidesContext): boolean {
  return mixes.some(
    (mix) =>
      mix.part === part && mix.name === mix.finalName && mix.holds.kind === 'sound' && !mix.isSuperseded,
  );
}

/** A row that says of a file what its name does not is not believed where the file would go. */
function isNamed({ file_path, type }: RecordingFile): boolean {
  const parsed = parsePartFileName(basename(file_path));
  return parsed === undefined || parsed.type === type;
}
