import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { RecordingFile, SessionRecord } from '../contract/session-record.ts';
import { sessionFilePath } from '../files/session-folder.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';

export interface SessionFiles {
  /** The record with its files as they are on disk now, and where to fetch them. */
  present(session: SessionRecord): SessionRecord;
  /** The absolute path of a file of a session, or undefined where the session has no such file. */
  resolve(session: SessionRecord, name: string): string | undefined;
}

export function createSessionFiles(
  recordingsDir: string,
  fileUrl: (sessionId: string, name: string) => string,
): SessionFiles {
  const foldersOf = (session: SessionRecord): string[] =>
    session.fallback_dir === null ? [recordingsDir] : [recordingsDir, session.fallback_dir];

  /** Where the file is, under this name or while it grows; its usual place where it is nowhere. */
  const pathOf = (session: SessionRecord, file: Pick<RecordingFile, 'file_path'>): string | undefined => {
    const paths = foldersOf(session).map((dir) => sessionFilePath(dir, session.id, basename(file.file_path)));
    return (
      paths.find((path) => path !== undefined && (existsSync(path) || existsSync(path + PARTIAL_SUFFIX))) ??
      paths[0]
    );
  };

  const statusOf = (session: SessionRecord, file: RecordingFile): RecordingFile['status'] => {
    const path = pathOf(session, file);
    if (file.status === 'failed') return 'failed';
    if (path !== undefined && existsSync(path)) return file.status;
    const growing = file.status === 'recording' && path !== undefined && existsSync(path + PARTIAL_SUFFIX);
    return growing ? 'recording' : 'missing';
  };

  return {
    present: (session) => ({
      ...session,
      files: session.files.map((file) => ({
        ...file,
        status: statusOf(session, file),
        url: fileUrl(session.id, basename(file.file_path)),
      })),
    }),
    resolve(session, name) {
      const listed = [...session.files, ...(session.imported?.kept ?? [])];
      const file = listed.find((candidate) => basename(candidate.file_path) === name);
      if (file === undefined) return undefined;
      const path = pathOf(session, file);
      return path !== undefined && existsSync(path) ? path : undefined;
    },
  };
}
