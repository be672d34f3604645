import { dirname } from 'node:path';
import { claimFolder } from '../files/ownership.ts';
import { rememberDir, type RecordingsDirs } from '../files/recordings-dirs.ts';
import { createSessionFolder, sessionFolder } from '../files/session-folder.ts';
import type { Log } from '../runtime/log.ts';
import type { PartSpec } from '../session/ports.ts';
import { keepBeforeTake, withNote } from './keep-accounts.ts';
import type { OpenSessions } from './open-sessions.ts';

export interface PartFolderOptions {
  readonly sessions: OpenSessions;
  /** The fallback folder's path. Asked when a session's folder cannot be written any more. */
  readonly fallbackDir: () => string | null;
  readonly dirs: RecordingsDirs;
  readonly log: Log;
}

/** The folder in which a part is written: the session's own, or one of its name in the fallback folder. */
export async function openPartFolder(
  { session: { sessionId }, relocated }: PartSpec,
  options: PartFolderOptions,
): Promise<string> {
  const { sessions, dirs, log } = options;
  const fallbackDir = relocated ? options.fallbackDir() : null;
  if (fallbackDir === null) return sessionFolder(sessions.get(sessionId).dir, sessionId);
  const folder = await createSessionFolder(fallbackDir, sessionId);
  const { folders, journal } = sessions.get(sessionId);
  if (!folders.includes(folder)) {
    await claimFolder(folder);
    await rememberDir(dirs, fallbackDir, log);
    const kept = await keepBeforeTake(folder, sessionId, log);
    folders.push(folder);
    journal.update((record) => ({ ...withNote(record, kept), fallback_dir: fallbackDir }));
    sessions.noteEvent(sessionId, 'relocated');
  }
  return folder;
}

/** Makes a folder again that was removed while in use, with all files that belong in it. */
export async function restoreFolder(
  sessionId: string,
  folder: string,
  { sessions, log }: Pick<PartFolderOptions, 'sessions' | 'log'>,
): Promise<void> {
  log('warn', 'the folder of a running session was removed; it is made again', { id: sessionId });
  await createSessionFolder(dirname(folder), sessionId);
  await claimFolder(folder);
  sessions.get(sessionId).journal.update((record) => record);
}
