import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { recordingTypeSchema, type RecordingType } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { isFileName } from '../contract/file-name.ts';
import { sessionIdSchema } from '../contract/session-id.ts';
import { isFolderSync } from '../disk/regular-file.ts';
import { syncFolder } from '../disk/sync.ts';
import { systemCode } from './write-error.ts';
import { makeFolder } from '../disk/make-folder.ts';

/** The folder of a session. The id is checked here too, so that no caller can get a path outside. */
export function sessionFolder(recordingsDir: string, sessionId: string): string {
  if (!sessionIdSchema.safeParse(sessionId).success)
    throw new LecternError('INVALID_SESSION_ID', 'Invalid session id: expected a plain name');
  return join(recordingsDir, sessionId);
}

/** The session's folder in each of these, where it exists. A link to a folder elsewhere does not count. */
export function existingSessionFolders(dirs: readonly string[], sessionId: string): string[] {
  return dirs.map((dir) => sessionFolder(dir, sessionId)).filter(isFolderSync);
}

/** The path of a file in a session's folder, or undefined where the name cannot be one of a file in it. */
export function filePathIn(folder: string, name: string): string | undefined {
  return isFileName(name) ? join(folder, name) : undefined;
}

export interface PartFileName {
  readonly type: RecordingType;
  /** Unix seconds of the take's start. */
  readonly unixSeconds: number;
  readonly part: number;
  /** Marks a copy that shares the master's format. */
  readonly variant?: string;
  readonly extension: string;
}

/** `user_1732161234.wav`, `user_1732161234_p2.wav`, `user_1732161234_p2_gain.wav`. */
export function partFileName({ type, unixSeconds, part, variant, extension }: PartFileName): string {
  const suffix = (part === 1 ? '' : `_p${part}`) + (variant === undefined ? '' : `_${variant}`);
  return `${type}_${unixSeconds}${suffix}.${extension}`;
}

/** What follows a track: the time, the part, and what marks a copy of the master's format. */
const rest = (digits: string): string =>
  `_(\\d${digits})(?:_p(\\d+))?(?:_(gain(?:\\d+(?:\\.\\d+)?)?))?\\.([a-z0-9]+)$`;
/** Any track, with a time that a clock may show: `song_01.wav` is a user's own file. */
const OF_ANY_TRACK = new RegExp(`^([a-z0-9_-]+)${rest('{9,11}')}`);
/** A side or the mix, with any time. */
const OF_A_SIDE = new RegExp(`^(user|assistant|mixed)${rest('+')}`);

/** The parts of such a name; undefined for any other. */
export function parsePartFileName(name: string): PartFileName | undefined {
  const match = OF_ANY_TRACK.exec(name) ?? OF_A_SIDE.exec(name);
  const type = recordingTypeSchema.safeParse(match?.[1]);
  if (match === null || !type.success) return undefined;
  const [, , unixSeconds, part = '1', variant, extension = ''] = match;
  return {
    type: type.data,
    unixSeconds: Number(unixSeconds),
    part: Number(part),
    extension,
    ...(variant === undefined ? {} : { variant }),
  };
}

/**
 * A disk that ignores capital letters opens the folder of `Talk` for `talk`. Two sessions must not share a folder.
 * Throws INVALID_SESSION_ID.
 */
async function requireOwnSpelling(recordingsDir: string, sessionId: string): Promise<void> {
  if (!isFolderSync(sessionFolder(recordingsDir, sessionId))) return;
  const names = await readdir(recordingsDir).catch(() => []);
  const other = otherSpelling(sessionId, names);
  if (other === undefined) return;
  throw new LecternError(
    'INVALID_SESSION_ID',
    `Invalid session id: on this disk "${sessionId}" is the folder of the session "${other}". Choose another id`,
  );
}

/** The name that a folder has when an id leads to it and is not among the names; undefined when the id is. */
export function otherSpelling(sessionId: string, names: readonly string[]): string | undefined {
  if (names.includes(sessionId)) return undefined;
  const folded = sessionId.toLowerCase();
  return names.find((name) => name.toLowerCase() === folded);
}

/** Creates the session's folder, readable by its owner alone. */
export async function createSessionFolder(recordingsDir: string, sessionId: string): Promise<string> {
  const folder = sessionFolder(recordingsDir, sessionId);
  await requireOwnSpelling(recordingsDir, sessionId);
  try {
    await makeFolder(folder);
    if (!isFolderSync(folder)) throw new Error('a link has the name of the folder');
    await access(folder, constants.W_OK | constants.X_OK);
    await syncFolder(folder);
    return folder;
  } catch (error) {
    throw unwritable(error);
  }
}

/** @param dir the folder, for a message to the user. */
export function unwritable(error: unknown, dir?: string): LecternError {
  const words =
    dir === undefined
      ? `The recordings folder cannot be written (${systemCode(error)}). Choose another folder in Settings, or make this one writable`
      : `The folder ${dir} cannot be written (${systemCode(error)}). Make it writable, or choose another one.`;
  return new LecternError('FOLDER_UNWRITABLE', words, { cause: error });
}
