import { join } from 'node:path';
import { exportFormatSchema } from '../contract/audio-format.ts';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import type { FolderListing } from '../disk/list-files.ts';
import { measureSeconds } from '../encode/measure-seconds.ts';
import { LEAST_HEADER_BYTES } from '../files/master-header.ts';
import { statIfThere } from '../files/set-aside.ts';
import { findWavLayout } from '../files/wav-reader.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';
import { withFoundPart, type FoundFile } from './found-part.ts';
import { isHeld } from './leftovers.ts';
import { unlistedNames, type UnlistedName } from './unlisted-names.ts';

/** Most names in one sentence: a folder may hold any number of files. */
export const MOST_NAMED = 20;

/** The recordings in a session's folders that no row of the session names. */
export interface Unlisted {
  /** The session with a new row for each file that can be listed as it is. Its other rows are unchanged. */
  readonly session: SessionRecord;
  /** Names of the files that got a row. */
  readonly added: readonly string[];
  /** What to do about the files that cannot be listed, in sentences for people. */
  readonly told: readonly string[];
}

/** The result for one file with a recording's name: its new row, or why it has none. */
type Finding = 'nothing' | 'misnamed' | 'unreadable' | FoundFile;

/**
 * Adds rows for recordings in a session's folders that no row names: files of a part that was never written down, or
 * files that an undelete or a sync program brought back. Renames and removes nothing. Rejects where a file cannot be
 * read.
 */
export async function listUnlisted(
  session: SessionRecord,
  folders: readonly string[],
  listings: readonly FolderListing[],
): Promise<Unlisted> {
  let listed = session;
  const names: Record<'added' | 'misnamed' | 'unreadable', string[]> = {
    added: [],
    misnamed: [],
    unreadable: [],
  };
  for (const unlisted of unlistedNames(session, folders, listings)) {
    const finding = await examine(unlisted, session);
    if (finding === 'nothing') continue;
    if (typeof finding === 'string') names[finding].push(unlisted.name);
    else {
      listed = withFoundPart(listed, session, unlisted, finding);
      names.added.push(unlisted.name);
    }
  }
  return { session: listed, added: names.added, told: sentencesOf(names) };
}

async function examine(unlisted: UnlistedName, session: SessionRecord): Promise<Finding> {
  const path = join(unlisted.folder, unlisted.name);
  const stats = await statIfThere(path);
  if (stats?.isFile() !== true) return 'nothing';
  const found =
    unlisted.parsed.extension === 'wav' ? await inWav(path, stats.size) : await inCopy(path, stats.size);
  const isPartial = unlisted.name.endsWith(PARTIAL_SUFFIX);
  if (found === 'nothing' || (found === 'unreadable' && isPartial)) return 'nothing';
  const { canBeListed, ownPath, isMaster, parsed } = unlisted;
  if (!canBeListed)
    return isMaster && ownPath !== undefined && (await isHeld(path, ownPath)) ? 'nothing' : 'misnamed';
  if (found === 'unreadable') return 'unreadable';
  const format = exportFormatSchema.safeParse(parsed.extension).data;
  if (format === undefined) return 'unreadable';
  const row: RecordingFile = {
    type: parsed.type,
    format,
    file_path: `${session.id}/${unlisted.name}`,
    url: '',
    byte_size: stats.size,
    duration_ms: found.seconds * 1000,
    part: parsed.part,
    master: isMaster,
    gain: isMaster ? 1 : session.gain,
    status: 'completed',
  };
  return { row, sampleRate: found.sampleRate, lastWrittenMs: stats.mtimeMs };
}

type Audio = 'nothing' | 'unreadable' | { readonly seconds: number; readonly sampleRate?: number };

async function inWav(path: string, size: number): Promise<Audio> {
  if (size <= LEAST_HEADER_BYTES) return 'nothing';
  const layout = await findWavLayout(path);
  const isOurs = layout?.formatTag === 1 && layout.bitsPerSample === 16 && layout.channels <= 2;
  if (!isOurs || layout.dataBytes === 0) return 'unreadable';
  const { dataBytes, channels, sampleRate } = layout;
  return { seconds: dataBytes / (2 * channels) / sampleRate, sampleRate };
}

async function inCopy(path: string, size: number): Promise<Audio> {
  const seconds = await measureSeconds(path);
  if (seconds > 0) return { seconds };
  return size > 0 ? 'unreadable' : 'nothing';
}

function sentencesOf(names: Readonly<Record<'misnamed' | 'unreadable', readonly string[]>>): string[] {
  const sentences: string[] = [];
  if (names.misnamed.length > 0)
    sentences.push(
      `Its folder holds recordings that are not listed because of what was added to their names: ${listOf(names.misnamed)}. Give them the names that they had, and they are listed at the next launch, or move them elsewhere. They are left as they are`,
    );
  if (names.unreadable.length > 0)
    sentences.push(
      `Its folder holds recordings that are not listed because they cannot be read: ${listOf(names.unreadable)}. Have them mended with "lectern repair", or move them elsewhere. They are left as they are`,
    );
  return sentences;
}

/** Names for a sentence. Where there are many, only the first ones. */
export function listOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
