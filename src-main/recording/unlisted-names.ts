import { basename, join } from 'node:path';
import { isFileName } from '../contract/file-name.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import type { FolderListing } from '../disk/list-files.ts';
import { isUnfinishedMaster, parseFoundName, type FoundName } from '../files/found-name.ts';
import { partFileName } from '../files/session-folder.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';

const AUDIO: ReadonlySet<string> = new Set(['wav', 'mp4', 'mp3', 'flac', 'ogg', 'opus']);
/** What is put aside here, beside what took its place: the session tells of that. */
const PUT_ASIDE = /\.(aside|bak)(-\d+)?$/;

/** A file that is called as recordings are, and that no row of its session names. */
export interface UnlistedName extends FoundName {
  readonly folder: string;
  readonly name: string;
  /** A master, or else a copy of one. */
  readonly isMaster: boolean;
  /** False where its name says that it is not to be used as it is. */
  readonly canBeListed: boolean;
  /** The file that has the name without what was added to it. */
  readonly ownPath: string | undefined;
}

/**
 * Compares the names in a session's folders with its rows. Left out is what recovery looks after, which is unfinished
 * masters, what has been put aside beside its successor, and a copy whose master is there.
 */
export function unlistedNames(
  session: SessionRecord,
  folders: readonly string[],
  listings: readonly FolderListing[],
): UnlistedName[] {
  const listed = namesListed(session);
  const folderOf = new Map<string, string>();
  for (const [index, folder] of folders.entries())
    for (const name of listings[index]?.files ?? []) if (!folderOf.has(name)) folderOf.set(name, folder);
  return [...folderOf].flatMap(([name, folder]) => {
    if (listed.has(name) || isUnfinishedMaster(name)) return [];
    const found = parseRecordingName(name);
    if (found === undefined) return [];
    const { type, unixSeconds, part, extension, variant } = found.parsed;
    const isMaster = extension === 'wav' && variant === undefined;
    if (!isMaster && folderOf.has(partFileName({ type, unixSeconds, part, extension: 'wav' }))) return [];
    const ownFolder = folderOf.get(found.ownName);
    const isWhole = !found.isPutAway && !name.endsWith(PARTIAL_SUFFIX);
    if (!isWhole && ownFolder !== undefined && (!isMaster || PUT_ASIDE.test(name))) return [];
    const canBeListed = isWhole && isFileName(name);
    const ownPath = ownFolder === undefined ? undefined : join(ownFolder, found.ownName);
    return [{ ...found, folder, name, isMaster, canBeListed, ownPath }];
  });
}

/** A name that a recording or a copy of one has, or had before something was added. */
export function parseRecordingName(name: string): FoundName | undefined {
  const found = parseFoundName(name);
  return found !== undefined && AUDIO.has(found.parsed.extension) ? found : undefined;
}

/** One that was missing when its row was written may be there again. */
function namesListed({ files, imported }: SessionRecord): ReadonlySet<string> {
  const there = files.filter(({ status }) => status !== 'missing');
  return new Set([...there, ...(imported?.kept ?? [])].map(({ file_path }) => basename(file_path)));
}
