import { PLAIN_HEADER_BYTES } from '../audio/wav-header.ts';
import { basename } from 'node:path';
import { sampleRateOf, type RecordingFile, type SessionRecord } from '../contract/session-record.ts';
import { isRegularFileSync, regularFileSizeSync } from '../disk/regular-file.ts';
import type { RecordingsDirs } from '../files/recordings-dirs.ts';
import { filePathIn } from '../files/session-folder.ts';
import { PARTIAL_SUFFIX } from '../files/wav-writer.ts';

/** A difference below this is half a frame or rounding, and not reported. */
const LEAST_TOLD_MS = 1;

export interface SessionFiles {
  /** The record with the present state of its files, by their names and sizes only, and their URLs. */
  present(session: SessionRecord): SessionRecord;
  /** The absolute path of a session's file, or undefined where the session has no such file. */
  resolve(session: SessionRecord, name: string): string | undefined;
}

export function createSessionFiles(
  dirs: Pick<RecordingsDirs, 'foldersOf'>,
  fileUrl: (sessionId: string, name: string) => string,
): SessionFiles {
  /** The path of the file, under this name or the one it has while it grows. */
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
    // Copies are made under temporary names, or at the next launch.
    const isComing =
      file.status === 'recording' && folders.length > 0 && !(file.master && file.type !== 'mixed');
    return growing || isComing ? 'recording' : 'missing';
  };

  const shorterMs = (folders: readonly string[], file: RecordingFile, session: SessionRecord): number => {
    if (!file.master || file.status !== 'completed' || file.format !== 'wav') return 0;
    const path = pathIn(folders, basename(file.file_path));
    const size = path === undefined ? undefined : regularFileSizeSync(path);
    if (size === undefined || size >= file.byte_size) return 0;
    const bytesPerMs = (2 * session.channels * sampleRateOf(session, file.part)) / 1000;
    const leftMs = Math.max(0, size - PLAIN_HEADER_BYTES) / bytesPerMs;
    // Only bytes behind the audio may be missing: that is no loss.
    return file.duration_ms - leftMs >= LEAST_TOLD_MS ? file.duration_ms - leftMs : 0;
  };

  const present = (
    session: SessionRecord,
    folders: readonly string[],
    file: RecordingFile,
  ): RecordingFile => {
    const { shorter_ms: _, ...known } = file;
    const shorter = shorterMs(folders, file, session);
    return {
      ...known,
      status: statusOf(folders, file),
      url: fileUrl(session.id, basename(file.file_path)),
      ...(shorter > 0 ? { shorter_ms: shorter } : {}),
    };
  };

  return {
    present(session) {
      const folders = dirs.foldersOf(session);
      return {
        ...session,
        files: session.files.map((file) => present(session, folders, file)),
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
