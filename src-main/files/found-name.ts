import { basename } from 'node:path';
import { parsePartFileName, type PartFileName } from './session-folder.ts';
import { PARTIAL_SUFFIX } from './wav-writer.ts';

/** A file in a session's folder, with the name that it had when it was recorded. */
export interface FoundName {
  /** Its original name, or the name it was to get when finished. */
  readonly ownName: string;
  readonly parsed: PartFileName;
  /** True where something was added to the name, as sync services and file managers do for a second copy. */
  readonly isDecorated: boolean;
  /** True where the suffix says that it must not be used as it is: `.aside`, `.bak`, `.mending`. */
  readonly isPutAway: boolean;
}

/** What follows a track and the time. */
const VARIANT = /(?:_p\d+)?(?:_gain(?:\d+(?:\.\d+)?)?)?/.source;
const REST = /(?![a-z0-9_])(.*?)\.(wav|mp4|mp3|flac|ogg)(?![a-z0-9])(.*)$/.source;
/**
 * The name of any track may begin with anything, so text that was added in front can be recognised only before the name
 * of a side.
 */
const OWN_NAMES = [
  new RegExp(`^([a-z0-9_-]{1,32}_\\d{9,11}${VARIANT})${REST}`),
  new RegExp(`(?:^|[^a-z0-9])((?:user|assistant|mixed)_\\d+${VARIANT})${REST}`, 'i'),
  new RegExp(`(?:^|[^a-z0-9_-])([a-z0-9_-]{1,32}_\\d{9,11}${VARIANT})${REST}`, 'i'),
];
/** Files that are being made from a recording, and can be made again; they are not recordings. */
const MADE = /^\.(rebuilt|mending|encoding-|repairing-)/;
const UNFINISHED_MASTER = /\.wav\.partial$/i;

/** Undefined for a name that contains none of ours. */
export function parseFoundName(name: string): FoundName | undefined {
  const plain = basename(name, PARTIAL_SUFFIX);
  const parsed = parsePartFileName(plain);
  if (parsed !== undefined) return { ownName: plain, parsed, isDecorated: false, isPutAway: false };
  const match = OWN_NAMES.map((pattern) => pattern.exec(name)).find((found) => found !== null);
  const [, stem = '', , extension = '', behind = ''] = match ?? [];
  const ownName = `${stem}.${extension}`.toLowerCase();
  const own = parsePartFileName(ownName);
  if (own === undefined) return undefined;
  const isPutAway = behind !== '' && (MADE.test(behind) || !behind.endsWith(PARTIAL_SUFFIX));
  return { ownName, parsed: own, isDecorated: true, isPutAway };
}

/** True for the name of an unfinished master, whatever a sync service has added to it. */
export function isUnfinishedMaster(name: string): boolean {
  if (UNFINISHED_MASTER.test(name)) return true;
  const found = name.endsWith(PARTIAL_SUFFIX) ? parseFoundName(name) : undefined;
  return found?.parsed.extension === 'wav' && !found.isPutAway;
}

/**
 * The name under which a found WAV is listed: its own, or its current one, changed where clients could not request it.
 */
export function listedName(name: string): string {
  const own = parseFoundName(name)?.ownName;
  if (own !== undefined) return own;
  const plain = basename(name, PARTIAL_SUFFIX).replace(/[/\\:\p{Cc}]/gu, '_');
  return plain.replace(/^\.+(?=wav$)/i, 'recording.').replace(/^\.+/, '');
}
