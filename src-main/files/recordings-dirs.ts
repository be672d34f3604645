import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { absoluteFolderSchema } from '../contract/recording-profile.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { askInTime } from '../disk/ask-in-time.ts';
import { existingSessionFolders } from './session-folder.ts';
import type { Log } from '../runtime/log.ts';

/** Far more folders than anybody uses. */
const MAX_DIRS = 1000;

/** Entries that are not folders are skipped; the others stay valid. */
const indexSchema = z.object({
  version: z.literal(1),
  dirs: z
    .array(z.unknown())
    .transform((dirs) =>
      dirs.slice(0, MAX_DIRS).flatMap((dir) => absoluteFolderSchema.safeParse(dir).data ?? []),
    ),
});

export interface RecordingsDirsOptions {
  /** Where sessions are recorded by default. */
  readonly usual: string;
  /** The data folder's own one, which is always searched and so not listed in the file. */
  readonly own: string;
  /** The folders in the current settings. */
  readonly named: () => readonly string[];
  /** The file that lists the folders that have been used. */
  readonly indexPath: string;
  /** True where the disk of a folder answers, even if the folder does not exist. */
  readonly answers?: (dir: string) => Promise<boolean>;
}

/** The fields of a session that say where it is. */
export type Located = Pick<SessionRecord, 'id' | 'recordings_dir' | 'fallback_dir'>;

/** All folders that contain sessions, and which of them a session is in. */
export interface RecordingsDirs {
  readonly usual: string;
  /**
   * All known folders, the default one first. They need not exist. Those whose disk did not answer last time are left
   * out, since a read from such a disk never returns.
   */
  all(): readonly string[];
  /** Checks every disk again. */
  look(): Promise<void>;
  /**
   * Resolves once the folder will be searched at every launch, whatever happens to the settings and the catalog.
   * Rejects where that cannot be stored.
   */
  remember(dir: string): Promise<void>;
  /** The folders with parts of a session: those in its record, else every one that has a folder of its name. */
  foldersOf(session: Located): string[];
  /**
   * The session without folders that are not among `all`: nobody chose those for recordings, so they are ignored. Call
   * it on everything that comes from a file, before it is used or enters the catalog.
   */
  withKnownDirs<Session extends Located>(session: Session): Session;
  /** Every folder of that name: where to look for a session of which only the id is known. */
  candidatesOf(sessionId: string): string[];
}

export async function openRecordingsDirs(options: RecordingsDirsOptions): Promise<RecordingsDirs> {
  const [usual, own] = [resolve(options.usual), resolve(options.own)];
  const { named, indexPath, answers = diskAnswers } = options;
  let remembered = (await readJsonFile(indexPath, indexSchema))?.dirs ?? [];
  let writing: Promise<void> = Promise.resolve();

  const known = (): string[] => [
    ...new Set([usual, own, ...remembered, ...named().map((dir) => resolve(dir))]),
  ];
  const isKnown = (dir: string): boolean => known().includes(resolve(dir));
  let silent: ReadonlySet<string> = new Set();
  const all = (): string[] => known().filter((dir) => !silent.has(dir));
  const look = async (): Promise<void> => {
    const asked = await Promise.all(known().map(async (dir) => ({ dir, answers: await answers(dir) })));
    silent = new Set(asked.filter((one) => !one.answers).map(({ dir }) => dir));
  };
  await look();
  const candidatesOf = (sessionId: string): string[] => existingSessionFolders(all(), sessionId);

  return {
    usual,
    all,
    look,
    remember(used) {
      const dir = resolve(used);
      if (dir === own || remembered.includes(dir)) return Promise.resolve();
      const written = writing.then(async () => {
        if (remembered.includes(dir)) return;
        const dirs = [...remembered, dir];
        await writeJsonFile(indexPath, { version: 1, dirs });
        remembered = dirs;
      });
      writing = written.catch(() => undefined);
      return written;
    },
    foldersOf({ id, recordings_dir, fallback_dir }) {
      const said = [recordings_dir ?? usual, ...(fallback_dir === null ? [] : [fallback_dir])];
      const asked = [...new Set(said.map((dir) => resolve(dir)))].filter((dir) => !silent.has(dir));
      const there = existingSessionFolders(asked, id);
      return there.length > 0 ? there : candidatesOf(id).slice(0, 1);
    },
    withKnownDirs(session) {
      const ifKnown = (dir: string | null): string | null => (dir !== null && isKnown(dir) ? dir : null);
      const { recordings_dir, fallback_dir } = session;
      return { ...session, recordings_dir: ifKnown(recordings_dir), fallback_dir: ifKnown(fallback_dir) };
    },
    candidatesOf,
  };
}

function diskAnswers(dir: string): Promise<boolean> {
  return askInTime(dir, (path) => lstat(path)).then(
    () => true,
    // An error from the disk is an answer too.
    (error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT'),
  );
}

/** What the record of a session stores for the folder that contains its own. */
export function recordingsDirOf(dirs: Pick<RecordingsDirs, 'usual'>, dir: string): string | null {
  return resolve(dir) === dirs.usual ? null : resolve(dir);
}

/** Stores a folder in the list. Where that fails now, the folder is still in the settings or the catalog. */
export async function rememberDir(
  dirs: Pick<RecordingsDirs, 'remember'>,
  dir: string,
  log: Log,
): Promise<void> {
  await dirs.remember(dir).catch((error: unknown) => {
    log('error', 'the list of recording folders could not be written', { error });
  });
}
