import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { trackSchema } from '../contract/audio-format.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { parsePartFileName, partFileName } from '../files/session-folder.ts';
import type { MasterExamination } from '../files/examine-master.ts';
import { isThere, setAside } from '../files/set-aside.ts';
import type { Log } from '../session/ports.ts';
import { buildMix } from './build-mix.ts';
import { isWhole, masterOf, pathOf, type SpoiledTracks } from './found-files.ts';
import { finishExamined, type ExaminedMaster } from './recover-master.ts';

interface Side {
  readonly file: RecordingFile;
  readonly path: string;
}

/** The mix may trail its sides by this much while it is recorded, and is then still the best there is of a damaged one. */
const MIX_BEHIND_MS = 6000;

/**
 * Makes the mixes that a crash cut off again from both sides, which have been put in order before. Where a side is gone
 * or damaged, what there is of the mix may hold what it has lost, and is finished instead.
 */
export async function recoverMixes(
  record: SessionRecord,
  folders: readonly string[],
  found: readonly ExaminedMaster[],
  spoiled: SpoiledTracks,
  log: Log,
): Promise<SessionRecord> {
  let session = record;
  const parts = new Set([
    ...record.files.filter(isUnsettledMix).map(({ part }) => part),
    ...found.map(({ part }) => part),
  ]);
  for (const part of parts) {
    const ofPart = found.filter((mix) => mix.part === part);
    const sides = await sidesOf(session, part, folders);
    const areWhole =
      sides.length === trackSchema.options.length &&
      sides.every(({ file }) => isWhole(file, session, spoiled));
    if (
      sides.length < trackSchema.options.length ||
      (!areWhole && ofPart.some((mix) => isLongEnough(mix, sides)))
    )
      session = await finishMixes(session, ofPart);
    else {
      // Of damaged sides a mix is made all the same, and what there was of it kept.
      if (!areWhole) for (const { holds } of ofPart) await setAside(holds.path);
      session = await rebuild(session, part, sides, ofPart).catch(async (error: unknown) => {
        log('error', 'the mix could not be made again; both sides are there', { id: session.id, error });
        const finished = await finishMixes(session, ofPart);
        return ofPart.length > 0
          ? finished
          : withMix(session, part, (file) => ({ ...file, status: 'failed' }));
      });
    }
  }
  return session;
}

async function finishMixes(record: SessionRecord, mixes: readonly ExaminedMaster[]): Promise<SessionRecord> {
  let session = record;
  for (const mix of mixes) session = await finishExamined(session, mix);
  return session;
}

function isLongEnough({ holds, isMaster }: ExaminedMaster, sides: readonly Side[]): boolean {
  if (!isMaster || holds.shape === undefined) return false;
  const longest = Math.max(...sides.map(({ file }) => file.duration_ms));
  return (holds.frames / holds.shape.sampleRate) * 1000 >= longest - MIX_BEHIND_MS;
}

function isUnsettledMix({ type, master, status }: RecordingFile): boolean {
  return type === 'mixed' && master && status === 'recording';
}

/** The masters of both sides of a part, as far as they are there. */
async function sidesOf(session: SessionRecord, part: number, folders: readonly string[]): Promise<Side[]> {
  const sides: Side[] = [];
  for (const type of trackSchema.options) {
    const file = masterOf({ part, type }, session);
    const path = file === undefined ? undefined : await pathOf(file, folders);
    if (file !== undefined && path !== undefined) sides.push({ file, path });
  }
  return sides;
}

async function rebuild(
  session: SessionRecord,
  part: number,
  sides: readonly Side[],
  found: readonly ExaminedMaster[],
): Promise<SessionRecord> {
  const [first] = sides;
  if (first === undefined) return session;
  const unixSeconds = parsePartFileName(basename(first.path))?.unixSeconds ?? 0;
  const name = partFileName({ type: 'mixed', unixSeconds, part, extension: 'wav' });
  const path = join(dirname(first.path), name);
  // Whatever has the name without being known as the mix of this part is somebody's.
  const isListed = session.files.some(({ file_path }) => basename(file_path) === name);
  if (!isListed && !found.some(({ holds }) => holds.path === path) && (await isThere(path)))
    await setAside(path);
  const longest = Math.max(...sides.map(({ file }) => file.duration_ms));
  for (const { holds } of found) if (isOdd(holds, longest)) await setAside(holds.path);
  const { byteSize } = await buildMix({
    masterPaths: sides.map((side) => side.path),
    path,
    markers: session.markers.filter((marker) => marker.part === part),
  });
  // Shorter than what has just been made; copies are made again from that too.
  for (const { holds } of found) if (holds.path !== path) await rm(holds.path, { force: true });
  const known = session.files.some((file) => file.type === 'mixed' && file.master && file.part === part);
  const mix: RecordingFile = {
    ...first.file,
    type: 'mixed',
    file_path: `${session.id}/${name}`,
    byte_size: byteSize,
    duration_ms: longest,
  };
  return known ? withMix(session, part, () => mix) : { ...session, files: [...session.files, mix] };
}

/** What is longer than both sides, or was not written here, is not what the mix of them replaces. */
function isOdd({ kind, frames, shape }: MasterExamination, longestMs: number): boolean {
  return kind !== 'sound' || shape === undefined || (frames / shape.sampleRate) * 1000 > longestMs;
}

function withMix(
  session: SessionRecord,
  part: number,
  change: (file: RecordingFile) => RecordingFile,
): SessionRecord {
  const isMix = (file: RecordingFile): boolean => file.type === 'mixed' && file.master && file.part === part;
  return { ...session, files: session.files.map((file) => (isMix(file) ? change(file) : file)) };
}

/**
 * Removes the sides that their session does not keep, once the mix that needed them is there: one that has just been made
 * of both and read back, or one that had its final name, as it gets when it has been.
 * @param parts those that the crash cut off: what earlier takes keep is not this one's to remove.
 */
export async function removeSides(
  session: SessionRecord,
  parts: ReadonlySet<number>,
  folders: readonly string[],
  { mixes, spoiled }: { readonly mixes: readonly ExaminedMaster[]; readonly spoiled: SpoiledTracks },
): Promise<SessionRecord> {
  const { record } = session;
  if (record === null || record.length === 0) return session;
  const isReplaceable = (side: RecordingFile): boolean => {
    if (!record.includes('mixed')) return true;
    const mix = masterOf({ part: side.part, type: 'mixed' }, session);
    if (mix === undefined || mix.duration_ms < side.duration_ms) return false;
    const sides = session.files.filter(
      (file) => file.master && file.part === side.part && file.type !== 'mixed',
    );
    const isMadeOfBoth =
      sides.length === trackSchema.options.length && sides.every((file) => isWhole(file, session, spoiled));
    const wasFinal = mixes.some(
      ({ part, name, finalName, holds }) =>
        part === side.part && name === finalName && holds.kind === 'sound',
    );
    return isMadeOfBoth || wasFinal;
  };
  const removed = session.files.filter(
    (file) =>
      parts.has(file.part) &&
      file.type !== 'mixed' &&
      !record.includes(file.type) &&
      isNamed(file) &&
      isReplaceable(file),
  );
  for (const file of removed) {
    const path = await pathOf(file, folders);
    if (path !== undefined) await rm(path, { force: true });
  }
  return { ...session, files: session.files.filter((file) => !removed.includes(file)) };
}

/** A row that says of a file what its name does not is not believed where the file would go. */
function isNamed({ file_path, type }: RecordingFile): boolean {
  const parsed = parsePartFileName(basename(file_path));
  return parsed === undefined || parsed.type === type;
}
