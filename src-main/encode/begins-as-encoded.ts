import { readFully } from '../disk/read-fully.ts';
import { openRegularFile } from '../disk/regular-file.ts';

const HEAD_BYTES = 12;

/** How a file of each kind begins, from its first byte that is written on. */
const BEGINNINGS: Readonly<Record<string, (head: Buffer) => boolean>> = {
  '.mp4': (head) => head.toString('latin1', 4, 8) === 'ftyp',
  '.mp3': (head) => head.toString('latin1', 0, 3) === 'ID3' || head.readUInt16BE(0) >= 0xffe0,
  '.flac': (head) => head.toString('latin1', 0, 4) === 'fLaC',
  '.opus': (head) => head.toString('latin1', 0, 4) === 'OggS',
};

/**
 * True where a file that an encoder was cut off in begins as its kind does, and where it is shorter than any beginning.
 * @param extension of what it was to become, such as `.mp4`. Rejects as the system does.
 */
export async function beginsAsEncoded(path: string, extension: string): Promise<boolean> {
  const file = await openRegularFile(path);
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    if ((await readFully(file, head, 0)) < HEAD_BYTES) return true;
    return BEGINNINGS[extension]?.(head) ?? false;
  } finally {
    await file.close();
  }
}
