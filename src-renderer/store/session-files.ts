import type { Track } from '../../src-main/contract/audio-format.ts';
import type { FileEntry } from '../../src-main/contract/server-messages.ts';
import type { RecordingFile, SessionRecord, SessionStatus } from '../../src-main/contract/session-record.ts';

/** The name under which a file is fetched: its path is relative to the recordings folder. */
export function fileName({ file_path }: Pick<FileEntry, 'file_path'>): string {
  return file_path.split(/[/\\]/).at(-1) ?? file_path;
}

const TYPE_ORDER = ['mixed', 'user', 'assistant'] as const;
/** After the mix, before the sides. */
const ROLE_RANK = 0.5;

/**
 * What to play or download for a part: the mix before one side, `role` before the other, a delivered copy before the
 * original.
 */
export function mainFile(
  session: SessionRecord,
  part: number,
  role: Track | null = null,
): RecordingFile | undefined {
  const rank = (file: RecordingFile) =>
    (file.type === role ? ROLE_RANK : TYPE_ORDER.indexOf(file.type)) * 4 +
    (file.master ? 2 : 0) +
    (file.format === session.format ? 0 : 1);
  return session.files
    .filter((file) => file.part === part && file.status === 'completed')
    .sort((a, b) => rank(a) - rank(b))[0];
}

export type Badge = SessionStatus | 'missing' | 'partly_missing';

/** The state a person wants to know: a file that is gone matters more than how its recording ended. */
export function badgeOf({ status, files }: Pick<SessionRecord, 'status' | 'files'>): Badge {
  if (status === 'recording') return status;
  const missing = files.filter((file) => file.status === 'missing').length;
  if (missing === 0) return status;
  return missing === files.length ? 'missing' : 'partly_missing';
}

export function totalBytes({ files }: Pick<SessionRecord, 'files'>): number {
  return files.reduce((bytes, file) => bytes + (file.status === 'missing' ? 0 : file.byte_size), 0);
}
