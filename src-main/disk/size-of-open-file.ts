import { fstatSync } from 'node:fs';
import { statfs, type FileHandle } from 'node:fs/promises';

/**
 * File systems of Linux that keep what they know of an open file in memory, by the number that statfs(2) gives them: ext,
 * XFS, Btrfs, F2FS, tmpfs. One that a network or another process answers for may take as long as it likes.
 */
const ANSWERS_AT_ONCE: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x01021994,
]);

/** The length of an open file, in bytes, at this moment. Throws or rejects as the system does. */
export type SizeOfOpenFile = () => number | Promise<number>;

/**
 * A way to ask for a file's length that may be taken for every write. Handing a question to another thread costs twenty
 * times what its answer does, so where the answer cannot be long in coming it is asked for here, and else there.
 */
export async function sizeOfOpenFile(file: FileHandle): Promise<SizeOfOpenFile> {
  // By its descriptor, as another file system may be mounted over the path meanwhile. Other systems have no such name.
  const type = await statfs(`/proc/self/fd/${file.fd}`).then(
    (found) => found.type,
    () => undefined,
  );
  if (type !== undefined && ANSWERS_AT_ONCE.has(type)) return () => fstatSync(file.fd).size;
  return async () => (await file.stat()).size;
}
