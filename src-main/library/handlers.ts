import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '../catalog/catalog.ts';
import type { ApiHandlers } from '../contract/api.ts';
import type { AppInfo } from '../contract/app-info.ts';
import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { writeSessionFile } from '../files/session-file.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { sessionFolder } from '../files/session-folder.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { TranscriptStore } from '../conversation/transcript-store.ts';
import { createConversationHandlers } from './conversation-handlers.ts';
import { checkSession } from './check/check-session.ts';
import type { Mender } from './check/check-master.ts';
import { exportSession, type ExportOptions } from './export-session.ts';
import { type ProcessingName, withProcessing } from './processing-handlers.ts';
import type { Reach } from './reach.ts';
import type { SessionAccess } from './session-access.ts';
import { createSettingsHandlers } from './settings-handlers.ts';
import type { SettingsStore } from './settings-store.ts';
import { createTurnFileHandlers } from './turn-file-handlers.ts';
import { createWaveforms } from './waveform.ts';

export interface LibraryOptions extends ExportOptions {
  readonly dirs: RecordingsDirs;
  readonly catalog: Catalog;
  readonly access: SessionAccess;
  /** Ends the jobs of a session that is removed. */
  readonly forgetWork: (sessionId: string) => Promise<void>;
  readonly transcripts: TranscriptStore;
  readonly settings: SettingsStore;
  readonly reach: Reach;
  readonly appInfo: () => Promise<AppInfo>;
  readonly repairer: Mender;
  readonly clock: Clock;
  readonly log: Log;
  readonly moveToTrash: (path: string) => Promise<void>;
  readonly reveal: (path: string) => Promise<void>;
}

const DEFAULT_PAGE = 200;
const DEFAULT_POINTS = 600;

type LibraryHandlers = Omit<ApiHandlers, `intake.${string}` | `system_audio.${string}` | ProcessingName>;

/** Handles all operations of contract/api.ts except those for files from outside, recognisers and the shell. */
export function createHandlers(options: LibraryOptions): LibraryHandlers {
  const { access, catalog, dirs, transcripts, settings, files } = options;
  const waveformOf = createWaveforms(options);
  const { find, findFinished, whileOwned } = access;
  const present = (session: SessionRecord): SessionRecord =>
    withProcessing(catalog.jobs, [files.present(session)])[0] ?? session;

  /**
   * Saves a finished session, read as `known`, in both places. The catalog comes first and decides, as clients read it
   * next.
   */
  const save = async (changed: SessionRecord, known: SessionRecord): Promise<void> => {
    const session = { ...changed, revision: changed.revision + 1 };
    if (session.database_records) catalog.save(session, known);
    for (const folder of dirs.foldersOf(session))
      await writeSessionFile(folder, session).catch((error: unknown) => {
        options.log('warn', 'session.json could not be written', { id: session.id, error });
      });
  };

  return {
    ...createConversationHandlers({ transcripts, find, findFinished }),
    ...createSettingsHandlers(settings, options.reach),
    ...createTurnFileHandlers({ dirs, find, findFinished, save }),
    'sessions.list': async ({ query, limit, offset }) => {
      await restoreFromTrash();
      const page = catalog.list({ query, limit: limit ?? DEFAULT_PAGE, offset: offset ?? 0 });
      return { sessions: withProcessing(catalog.jobs, page.sessions.map(files.present)), total: page.total };
    },
    'sessions.get': ({ id }) => present(find(id)),
    'sessions.update': async ({ id, title, notes }) => {
      // A running session's record is its recorder's to write.
      await findFinished(id);
      // Read again: a copy may have become final while the owner was being checked.
      const session = find(id);
      const updated = { ...session, title: title ?? session.title, notes: notes ?? session.notes };
      await save(updated, session);
      return present(updated);
    },
    'sessions.delete': async ({ id }) => {
      const session = await findFinished(id);
      await options.forgetWork(id);
      await transcripts.settle(id);
      for (const folder of dirs.foldersOf(session))
        await options.moveToTrash(folder).catch((error: unknown) => {
          if (error instanceof LecternError) throw error;
          throw new LecternError(
            'TRASH_FAILED',
            'The recording could not be moved to the trash, so it was left where it is. Delete its folder by hand if you mean to',
            { cause: error },
          );
        });
      if (!session.database_records) return { id };
      catalog.setDeleted(id, new Date(options.clock.wallMs()).toISOString());
      catalog.addEvent(id, new Date(options.clock.wallMs()).toISOString(), 'deleted');
      // The text goes to the trash with the recording; its file comes back with the folder.
      catalog.saveTranscript(id, { revision: 0, speakers: {}, entries: [] });
      return { id };
    },
    'sessions.export': async ({ id, ...request }) => {
      const exported = await exportSession(files.present(await findFinished(id)), request, options);
      const rows = exported.map(({ row }) => row);
      // Read again: an export takes a while, and the session may have been renamed.
      const session = find(id);
      const others = session.files.filter((file) => !rows.some((row) => row.file_path === file.file_path));
      await save({ ...session, files: [...others, ...rows] }, session);
      return { files: exported.map(({ entry }) => entry) };
    },
    'sessions.repair': async ({ id }) => {
      const session = await findFinished(id);
      return whileOwned(session, async () => {
        const folder = dirs.foldersOf(session)[0] ?? sessionFolder(dirs.usual, id);
        const { checks, apply } = await checkSession(session, { ...options, folder });
        const current = find(id);
        const repaired = apply(current);
        if (!isDeepStrictEqual(repaired, current)) await save(repaired, current);
        const at = new Date(options.clock.wallMs()).toISOString();
        if (repaired.database_records) catalog.addEvent(id, at, 'checked', checks);
        return { session: present(repaired), files: [...checks] };
      });
    },
    'sessions.reveal': async ({ id }) => {
      const [path] = dirs.foldersOf(find(id));
      if (path === undefined)
        throw new LecternError('FILE_MISSING', 'The folder of this session is no longer there');
      await options.reveal(path);
      return { path };
    },
    'sessions.waveform': async ({ id, track, points }) =>
      waveformOf(await findFinished(id), track, points ?? DEFAULT_POINTS),
    search: (query) => catalog.search(query),
    'app.info': () => options.appInfo(),
  };

  /** Brings back sessions whose folders were taken out of the trash, with their text. */
  async function restoreFromTrash(): Promise<void> {
    for (const id of catalog.deletedIds()) {
      const folders = dirs.candidatesOf(id);
      if (folders.length === 0) continue;
      catalog.setDeleted(id, undefined);
      await transcripts.restore(id, folders);
    }
  }
}
