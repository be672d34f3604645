import { basename, join } from 'node:path';
import { isFileName } from '../contract/file-name.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import type { FolderListing } from '../disk/list-files.ts';
import { isUnfinishedMaster, parseFoundName, type FoundName } from '../files/found-name.ts';
import { partFileName } from '../files/session-folder.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';

const AUDIO: ReadonlySet<string> = new Set(['wav', 'mp4', 'mp3', 'flac', 'ogg', 'opus']);
/** A file that was put aside here, beside its successor. The session's notes already mention it. */
const PUT_ASIDE = /\.(aside|bak)(-\d+)?$/;

/** A file with a recording's name that no row of its session names. */
export interface UnlistedName extends FoundName {
  readonly folder: string;
  readonly name: string;
  /** True for a master, false for a copy. */
  readonly isMaster: boolean;
  /** False where its name says that the file must not be used as it is. */
  readonly canBeListed: boolean;
  /** The path of the file with the original name, without an addition. */
  readonly ownPath: string | undefined;
}

/**
 * Compares the names in a session's folders with its rows. Leaves out what recovery handles: unfinished masters,
 * files put aside beside their successor, and copies whose master is there.
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

/** Parses the name of a recording or a copy, with or without an addition. */
export function parseRecordingName(name: string): FoundName | undefined {
  const found = parseFoundName(name);
  return found !== undefined && AUDIO.has(found.parsed.extension) ? found : undefined;
}

/** A file that was missing when its row was written may be there again. */
function namesListed({ files, imported }: SessionRecord): ReadonlySet<string> {
  const there = files.filter(({ status }) => status !== 'missing');
  return new Set([...there, ...(imported?.kept ?? [])].map(({ file_path }) => basename(file_path)));
}
