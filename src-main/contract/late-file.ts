import { compareTypes } from './audio-format.ts';
import type { FileEntry, PendingFile } from './server-messages.ts';

/** What an answer to a stop says of files. */
interface Ended {
  readonly files: readonly FileEntry[];
  readonly pending?: readonly PendingFile[] | undefined;
}

/**
 * How a recording ended, with what has become of a pending file since. Files are in the order in which a stop lists
 * them: by type, the copy before its master.
 * @param file undefined where it is not to come.
 */
export function withLateFile<E extends Ended>(
  ended: E,
  path: string,
  file?: FileEntry,
): Omit<E, 'files' | 'pending'> & { files: FileEntry[]; pending: PendingFile[] } {
  const { pending = [] } = ended;
  const isPending = pending.some(({ file_path }) => file_path === path);
  const added = isPending && file !== undefined ? [file] : [];
  return {
    ...ended,
    // A stable sort: what is put in front comes first among those of its type.
    files: [...added, ...ended.files].toSorted((a, b) => compareTypes(a.type, b.type)),
    pending: pending.filter(({ file_path }) => file_path !== path),
  };
}
