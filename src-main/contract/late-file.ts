import { compareTypes } from './audio-format.ts';
import type { FileEntry, PendingFile } from './server-messages.ts';

/** What the answer to a stop says about files. */
interface Ended {
  readonly files: readonly FileEntry[];
  readonly pending?: readonly PendingFile[] | undefined;
}

/**
 * The end of a recording, updated with the final state of a pending file. Files keep the order of a stop: by type,
 * the copy before its master.
 * @param file undefined where the file could not be made
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
    // The sort is stable: a file put in front comes first among those of its type.
    files: [...added, ...ended.files].toSorted((a, b) => compareTypes(a.type, b.type)),
    pending: pending.filter(({ file_path }) => file_path !== path),
  };
}
