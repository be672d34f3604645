import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { absoluteFolderSchema } from '../contract/recording-profile.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { readJsonFile, writeJsonFile } from './json-file.ts';
import { askInTime } from '../disk/ask-in-time.ts';
import { existingSessionFolders } from './session-folder.ts';
import type { Log } from '../runtime/log.ts';

/** Far more folders than anybody records to. */
const MAX_DIRS = 1000;

/** What in it is no folder costs the others nothing. */
const indexSchema = z.object({
  version: z.literal(1),
  dirs: z
    .array(z.unknown())
    .transform((dirs) =>
      dirs.slice(0, MAX_DIRS).flatMap((dir) => absoluteFolderSchema.safeParse(dir).data ?? []),
    ),
});

export interface RecordingsDirsOptions {
  /** Where sessions are recorded unless they say otherwise. */
  readonly usual: string;
  /** Always looked into, and so not written down: the data folder's own. */
  readonly own: string;
  /** Folders that the settings name at the moment. */
  readonly named: () => readonly string[];
  /** Where to write down which folders have been used. */
  readonly indexPath: string;
  /** Whether the disk of a folder answers at all; not whether the folder is there. */
  readonly answers?: (dir: string) => Promise<boolean>;
}

/** The session's own words for where it is. */
export type Located = Pick<SessionRecord, 'id' | 'recordings_dir' | 'fallback_dir'>;

/** Every folder that holds sessions, and in which of them a session is. */
export interface RecordingsDirs {
  readonly usual: string;
  /**
   * All that are known, the usual one first. They need not exist; those whose disk did not answer when it was asked last
   * are left out, since whoever looks into one would wait for good.
   */
  all(): readonly string[];
  /** Asks every disk anew. */
  look(): Promise<void>;
  /**
   * Resolves once the folder will be looked into at every launch, whatever becomes of the settings and the catalog.
   * Rejects where that cannot be written down.
   */
  remember(dir: string): Promise<void>;
  /** The folders that hold parts of a session: those it names itself, else wherever one of its name is. */
  foldersOf(session: Located): string[];
  /**
   * What a `session.json` says without the folders that are not among `all`: nobody chose them to hold recordings, and they
   * are taken as not said. To be asked of everything that comes from a file, before it is used or comes into the catalog.
   */
  withKnownDirs<Session extends Located>(session: Session): Session;
  /** Every folder of that name: what to read of a session of which nothing else is known. */
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
    // What is not there is an answer too.
    (error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT'),
  );
}

/** What a session's record calls the folder that its own is in. */
export function recordingsDirOf(dirs: Pick<RecordingsDirs, 'usual'>, dir: string): string | null {
  return resolve(dir) === dirs.usual ? null : resolve(dir);
}

/** Remembers a folder. Where that cannot be written down now, it is in the settings or the catalog all the same. */
export async function rememberDir(
  dirs: Pick<RecordingsDirs, 'remember'>,
  dir: string,
  log: Log,
): Promise<void> {
  await dirs.remember(dir).catch((error: unknown) => {
    log('error', 'the list of recording folders could not be written', { error });
  });
}
