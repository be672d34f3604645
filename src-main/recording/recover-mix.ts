import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { trackSchema } from '../contract/audio-format.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { isRegularFileSync } from '../disk/regular-file.ts';
import { parsePartFileName, partFileName } from '../files/session-folder.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import type { Log } from '../session/ports.ts';
import { buildMix } from './build-mix.ts';
import { recoverMaster } from './recover-master.ts';

/** A mix, or an amplified copy of one, that nobody has accounted for. */
export interface FoundMix {
  readonly folder: string;
  readonly name: string;
}

interface Side {
  readonly file: RecordingFile;
  readonly path: string;
}

/**
 * Makes the mixes that a crash cut off again from both sides, which have been put in order before. Where a side is
 * gone, what there is of the mix is finished instead.
 */
export async function recoverMixes(
  record: SessionRecord,
  folders: readonly string[],
  found: readonly FoundMix[],
  log: Log,
): Promise<SessionRecord> {
  let session = record;
  const parts = new Set([
    ...record.files.filter(isUnsettledMix).map(({ part }) => part),
    ...found.map(({ name }) => parsePartFileName(basename(name, PARTIAL_SUFFIX))?.part ?? 1),
  ]);
  for (const part of parts) {
    const ofPart = found.filter(
      ({ name }) => parsePartFileName(basename(name, PARTIAL_SUFFIX))?.part === part,
    );
    const sides = sidesOf(session, part, folders);
    if (sides.length < trackSchema.options.length) {
      // Removed by whoever had verified the mix, or by hand: either way nothing better is left.
      for (const { folder, name } of ofPart) session = await recoverMaster(session, folder, name);
    } else {
      session = await rebuild(session, part, sides, ofPart).catch(async (error: unknown) => {
        log('error', 'the mix could not be made again; both sides are there', { id: session.id, error });
        for (const { folder, name } of ofPart) await rm(join(folder, name), { force: true });
        return withMix(session, part, (file) => ({ ...file, status: 'failed' }));
      });
    }
  }
  return session;
}

function isUnsettledMix({ type, master, status }: RecordingFile): boolean {
  return type === 'mixed' && master && status === 'recording';
}

/** The masters of both sides of a part, as far as they are there. */
function sidesOf(session: SessionRecord, part: number, folders: readonly string[]): Side[] {
  return trackSchema.options.flatMap((track) => {
    const file = session.files.find(
      (candidate) =>
        candidate.master &&
        candidate.part === part &&
        candidate.type === track &&
        candidate.status === 'completed',
    );
    const path = file === undefined ? undefined : existing(file, folders);
    return file === undefined || path === undefined ? [] : [{ file, path }];
  });
}

async function rebuild(
  session: SessionRecord,
  part: number,
  sides: readonly Side[],
  found: readonly FoundMix[],
): Promise<SessionRecord> {
  const [first] = sides;
  if (first === undefined) return session;
  const unixSeconds = parsePartFileName(basename(first.path))?.unixSeconds ?? 0;
  const name = partFileName({ type: 'mixed', unixSeconds, part, extension: 'wav' });
  const { byteSize } = await buildMix({
    masterPaths: sides.map(({ path }) => path),
    path: join(dirname(first.path), name),
    markers: session.markers.filter((marker) => marker.part === part),
  });
  // Shorter than what has just been made; copies are made again from that too.
  for (const old of found) if (old.name !== name) await rm(join(old.folder, old.name), { force: true });
  const longest = Math.max(...sides.map(({ file }) => file.duration_ms));
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

function withMix(
  session: SessionRecord,
  part: number,
  change: (file: RecordingFile) => RecordingFile,
): SessionRecord {
  const isMix = (file: RecordingFile): boolean => file.type === 'mixed' && file.master && file.part === part;
  return { ...session, files: session.files.map((file) => (isMix(file) ? change(file) : file)) };
}

/**
 * Removes the sides that their session does not keep, once the mix that needed them is there.
 * @param parts those that the crash cut off: what earlier takes keep is not this one's to remove.
 */
export async function removeSides(
  session: SessionRecord,
  parts: ReadonlySet<number>,
  folders: readonly string[],
): Promise<SessionRecord> {
  const { record } = session;
  if (record === null) return session;
  const isNeeded = ({ part }: RecordingFile): boolean =>
    record.includes('mixed') &&
    !session.files.some(
      (file) => file.type === 'mixed' && file.master && file.part === part && file.status === 'completed',
    );
  const removed = session.files.filter(
    (file) => parts.has(file.part) && !record.includes(file.type) && !isNeeded(file),
  );
  for (const file of removed) {
    const path = existing(file, folders);
    if (path !== undefined) await rm(path, { force: true });
  }
  return { ...session, files: session.files.filter((file) => !removed.includes(file)) };
}

function existing(file: RecordingFile, folders: readonly string[]): string | undefined {
  return folders.map((folder) => join(folder, basename(file.file_path))).find(isRegularFileSync);
}
