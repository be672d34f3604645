import { basename } from 'node:path';
import type { ApiHandlers } from '../contract/api.ts';
import { LecternError } from '../contract/errors.ts';
import type { SessionRecord } from '../contract/session-record.ts';
import { withTurnFiles, writeTurnFile } from '../conversation/turn-files.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { requireTrack } from './require-track.ts';

export interface TurnFileHandlersOptions {
  readonly dirs: Pick<RecordingsDirs, 'foldersOf'>;
  readonly find: (id: string) => SessionRecord;
  /** Rejects with SESSION_ACTIVE too. */
  readonly findFinished: (id: string) => Promise<SessionRecord>;
  /** @param known what was found. */
  readonly save: (session: SessionRecord, known: SessionRecord) => Promise<void>;
}

/** Writes turns as WAVs of their own. */
export function createTurnFileHandlers(
  options: TurnFileHandlersOptions,
): Pick<ApiHandlers, 'sessions.turn_files'> {
  const { dirs, find, findFinished, save } = options;
  return {
    'sessions.turn_files': async ({ id, role }) => {
      const session = await findFinished(id);
      requireTrack(session, 'role', role);
      const folders = dirs.foldersOf(session);
      const wanted = session.segments.filter(
        (segment) => !segment.bleed && (role ?? segment.role) === segment.role,
      );
      const files: { segment_id: string; file_path: string }[] = [];
      for (const segment of wanted) {
        const path = await writeTurnFile(session, segment, folders);
        if (path !== undefined)
          files.push({ segment_id: segment.segment_id, file_path: `${id}/${basename(path)}` });
      }
      if (files.length === 0 && wanted.length > 0)
        throw new LecternError('FILE_MISSING', 'The recording of these turns is no longer in its folder');
      // Looked up again: writing takes a while, and a rename may have come between.
      const written = new Set(files.map(({ segment_id }) => segment_id));
      const current = find(id);
      if (current.segments.some(({ segment_id, file }) => file === null && written.has(segment_id)))
        await save(withTurnFiles(current, written), current);
      return { files };
    },
  };
}
