import { readdir } from 'node:fs/promises';

/** What is in a folder, by name, sorted. */
export interface FolderListing {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Links, FIFOs, sockets and devices: not to be opened, followed or removed. */
  readonly others: readonly string[];
}

/** Lists a folder without opening anything in it. Rejects where it cannot be read. */
export async function listFiles(folder: string): Promise<FolderListing> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = (wanted: (entry: (typeof entries)[number]) => boolean): string[] =>
    entries
      .filter(wanted)
      .map(({ name }) => name)
      .toSorted();
  return {
    files: names((entry) => entry.isFile()),
    folders: names((entry) => entry.isDirectory()),
    others: names((entry) => !entry.isFile() && !entry.isDirectory()),
  };
}
