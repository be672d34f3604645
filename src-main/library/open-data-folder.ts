import { join } from 'node:path';
import type { Catalog } from '../catalog/catalog.ts';
import { openCatalogOrSubstitute } from '../catalog/open-catalog.ts';
import { createTranscriptStore, type TranscriptStore } from '../conversation/transcript-store.ts';
import { requireWritableFolder } from '../disk/make-folder.ts';
import { openRecordingsDirs, rememberDir, type RecordingsDirs } from '../files/recordings-dirs.ts';
import { unwritable } from '../files/session-folder.ts';
import type { Log } from '../runtime/log.ts';
import type { Profiles } from '../session/ports.ts';
import { keepDataPrivate } from './private-data.ts';
import { createProfiles } from './profiles.ts';
import { createSessionFiles, type SessionFiles } from './session-files.ts';
import { createSessionFinder, type SessionFinder } from './session-finder.ts';
import { openSettings, type SettingsStore } from './settings-store.ts';

export interface DataFolderOptions {
  readonly dataDir: string;
  /** Overrides the user's setting. */
  readonly recordingsDir?: string;
  /** The profile of every start that names none. */
  readonly defaults?: { readonly profile?: string };
  readonly fileUrl: (sessionId: string, name: string) => string;
  readonly log: Log;
}

/** The opened data folder: its content, and the folders with recordings. */
export interface DataFolder {
  readonly settings: SettingsStore;
  readonly profiles: Profiles;
  readonly catalog: Catalog;
  readonly dirs: RecordingsDirs;
  /** The wanted folder for recordings: from the caller, the settings, or the default. */
  readonly recordingsDir: string;
  /** The data folder's own one, for recordings that can go nowhere else. */
  readonly ownDir: string;
  readonly fallbackDir: () => string | null;
  readonly files: SessionFiles;
  readonly finder: SessionFinder;
  readonly transcripts: TranscriptStore;
}

/** Rejects with FOLDER_UNWRITABLE, CATALOG_UNAVAILABLE or INVALID_INPUT. */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const { dataDir, fileUrl, log } = options;
  const settings = openSettings(join(dataDir, 'settings.json'), log);
  const profiles = createProfiles(settings, options.defaults?.profile);
  const ownDir = join(dataDir, 'recordings');
  const recordingsDir = options.recordingsDir ?? settings.get().recordings_dir ?? ownDir;
  const fallbackDir = (): string | null => settings.get().fallback_dir;
  // Nothing works without the data folder; a missing recordings folder may come back later.
  await requireWritableFolder(dataDir).catch((error: unknown) => {
    throw unwritable(error, dataDir);
  });
  const catalog = openCatalogOrSubstitute(join(dataDir, 'lectern.db'), log);
  const dirs = await openRecordingsDirs({
    usual: recordingsDir,
    own: ownDir,
    named: () =>
      [fallbackDir(), ...settings.get().profiles.map((profile) => profile.recordings_dir)].filter(
        (dir) => dir !== null,
      ),
    indexPath: join(dataDir, 'recordings-dirs.json'),
  });
  // The settings may name another folder at the next launch; the sessions in this one must still be found.
  await rememberDir(dirs, recordingsDir, log);
  await keepDataPrivate({ dataDir, ownRecordingsDir: ownDir, recordingsDirs: dirs.all(), log });
  const finder = createSessionFinder(catalog, dirs);
  const transcripts = createTranscriptStore({
    catalog,
    foldersOf: dirs.candidatesOf,
    isCatalogued: finder.isCatalogued,
    log,
  });
  const files = createSessionFiles(dirs, fileUrl);
  return {
    settings,
    profiles,
    catalog,
    dirs,
    recordingsDir,
    ownDir,
    fallbackDir,
    files,
    finder,
    transcripts,
  };
}
