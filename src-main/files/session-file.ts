import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionFileSchema, type SessionRecord } from '../contract/session-record.ts';
import { syncFolder } from './sync-folder.ts';

/** The description beside a session's audio, by which the folder is readable without the catalog. */
export const SESSION_FILE_NAME = 'session.json';

/** Replaces `session.json` as a whole: a reader, or a crash, sees the old one or the new one. */
export async function writeSessionFile(folder: string, session: SessionRecord): Promise<void> {
  const path = join(folder, SESSION_FILE_NAME);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify({ version: 1, session }, undefined, 2)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncFolder(path);
}

/** The session described in `folder`, or undefined where there is none that can be read. */
export async function readSessionFile(folder: string): Promise<SessionRecord | undefined> {
  const text = await readFile(join(folder, SESSION_FILE_NAME), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const parsed = sessionFileSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.session : undefined;
  } catch {
    return undefined;
  }
}
