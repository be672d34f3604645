import { basename } from 'node:path';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { isRegularFileSync } from '../disk/regular-file.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { filePathIn } from '../files/session-folder.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';

export interface SessionFiles {
  /** The record with its files as they are on disk now, and where to fetch them. */
  present(session: SessionRecord): SessionRecord;
  /** The absolute path of a file of a session, or undefined where the session has no such file. */
  resolve(session: SessionRecord, name: string): string | undefined;
}

export function createSessionFiles(
  dirs: Pick<RecordingsDirs, 'foldersOf'>,
  fileUrl: (sessionId: string, name: string) => string,
): SessionFiles {
  /** Where the file is, under this name or while it grows. */
  const pathIn = (folders: readonly string[], name: string): string | undefined =>
    folders
      .map((folder) => filePathIn(folder, name))
      .find(
        (path) => path !== undefined && (isRegularFileSync(path) || isRegularFileSync(path + PARTIAL_SUFFIX)),
      );

  const statusOf = (folders: readonly string[], file: RecordingFile): RecordingFile['status'] => {
    const path = pathIn(folders, basename(file.file_path));
    if (file.status === 'failed') return 'failed';
    if (path !== undefined && isRegularFileSync(path)) return file.status;
    const growing =
      file.status === 'recording' && path !== undefined && isRegularFileSync(path + PARTIAL_SUFFIX);
    // What is made of the masters is made under other names, or will be at the next launch.
    const isComing =
      file.status === 'recording' && folders.length > 0 && !(file.master && file.type !== 'mixed');
    return growing || isComing ? 'recording' : 'missing';
  };

  return {
    present(session) {
      const folders = dirs.foldersOf(session);
      return {
        ...session,
        files: session.files.map((file) => ({
          ...file,
          status: statusOf(folders, file),
          url: fileUrl(session.id, basename(file.file_path)),
        })),
      };
    },
    resolve(session, name) {
      const listed = [...session.files, ...(session.imported?.kept ?? [])];
      const isOurs =
        listed.some(({ file_path }) => basename(file_path) === name) ||
        session.segments.some(({ file }) => file === name);
      if (!isOurs) return undefined;
      const path = pathIn(dirs.foldersOf(session), name);
      return path !== undefined && isRegularFileSync(path) ? path : undefined;
    },
  };
}
