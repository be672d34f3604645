import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sessionIdSchema } from '../contract/session-id.ts';
import { isOpenToAll, narrowFiles, narrowFolder, type Privacy } from '../disk/private-files.ts';
import type { Log } from '../runtime/log.ts';

/** The entries that we create in a data folder, by the beginnings of their names. */
const OURS = [
  ...['lectern.db', 'settings.json', 'secrets.json', 'recordings-dirs.json', 'server.json'],
  ...['recordings', 'processing', 'intake', 'models', 'desktop-profile', 'browser-profile'],
];

export interface PrivateDataOptions {
  readonly dataDir: string;
  /** The data folder's own. */
  readonly ownRecordingsDir: string;
  /** Every folder that holds sessions, its own included. */
  readonly recordingsDirs: readonly string[];
  readonly log: Log;
}

/**
 * Makes sure that only this user can read recordings, however the folders were made. Logs the folders that we may not
 * change. Call it once the folders exist.
 */
export async function keepDataPrivate(options: PrivateDataOptions): Promise<void> {
  const { dataDir, ownRecordingsDir, recordingsDirs, log } = options;
  const isOurs = (name: string): boolean => OURS.some((ours) => name.startsWith(ours));
  const say = (privacy: Privacy, what: string, folder: string): void => {
    if (privacy === 'narrowed')
      log('warn', `${what} was open to others; only you can open it now`, { folder });
    if (privacy === 'open')
      log(
        'warn',
        `${what} is open to others; it is left so, as it holds other things or is not yours alone`,
        {
          folder,
        },
      );
  };
  say(await narrowFolder(dataDir, isOurs), 'the data folder', dataDir);
  const files = await narrowFiles(dataDir, isOurs);
  if (files.length > 0)
    log('warn', 'files of the data folder were open to others; only you can open them now', { files });
  say(await narrowFolder(ownRecordingsDir, () => true), 'the recordings folder', ownRecordingsDir);
  for (const dir of recordingsDirs) {
    // A folder that the user chose may be meant for others too; the recordings in it are not.
    if (dir !== ownRecordingsDir && (await isOpenToAll(dir)))
      log('warn', 'a recordings folder can be written by everybody on this machine', { folder: dir });
    const changed = await narrowSessions(dir);
    if (changed > 0)
      log('warn', 'folders of recordings were open to others; only you can open them now', { changed });
  }
}

async function narrowSessions(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter(
    (entry) => entry.isDirectory() && sessionIdSchema.safeParse(entry.name).success,
  );
  const outcomes = await Promise.all(folders.map(({ name }) => narrowFolder(join(dir, name), () => true)));
  return outcomes.filter((outcome) => outcome === 'narrowed').length;
}
