import { compareTypes, type Track } from '../../src-main/contract/audio-format.ts';
import type { FileEntry } from '../../src-main/contract/server-messages.ts';
import type { RecordingFile, SessionRecord, SessionStatus } from '../../src-main/contract/session-record.ts';

/** The name for fetching a file: its path is relative to the recordings folder. */
export function fileName({ file_path }: Pick<FileEntry, 'file_path'>): string {
  return file_path.split(/[/\\]/).at(-1) ?? file_path;
}

/**
 * The file to play or download for a part: the mix before a side, `role` before the other side, a copy before the
 * master.
 */
export function mainFile(
  session: SessionRecord,
  part: number,
  role: Track | null = null,
): RecordingFile | undefined {
  const typeRank = ({ type }: RecordingFile) => {
    if (type === 'mixed') return 0;
    return type === role ? 1 : 2;
  };
  const isOther = ({ format }: RecordingFile) => Number(format !== session.format);
  return session.files
    .filter((file) => file.part === part && file.status === 'completed')
    .sort(
      (a, b) =>
        typeRank(a) - typeRank(b) ||
        compareTypes(a.type, b.type) ||
        Number(a.master) - Number(b.master) ||
        isOther(a) - isOther(b),
    )[0];
}

export type Badge = SessionStatus | 'missing' | 'partly_missing';

/** The state to show: a missing file matters more than how its recording ended. */
export function badgeOf({ status, files }: Pick<SessionRecord, 'status' | 'files'>): Badge {
  if (status === 'recording') return status;
  const missing = files.filter((file) => file.status === 'missing').length;
  if (missing === 0) return status;
  return missing === files.length ? 'missing' : 'partly_missing';
}

export function totalBytes({ files }: Pick<SessionRecord, 'files'>): number {
  return files.reduce((bytes, file) => bytes + (file.status === 'missing' ? 0 : file.byte_size), 0);
}
