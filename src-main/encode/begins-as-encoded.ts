import { readFully } from '../disk/read-fully.ts';
import { openRegularFile } from '../disk/regular-file.ts';

const HEAD_BYTES = 12;

/** How the encoded data of each kind of file begins. */
const BEGINNINGS: Readonly<Record<string, (head: Buffer) => boolean>> = {
  '.mp4': (head) => head.toString('latin1', 4, 8) === 'ftyp',
  '.mp3': (head) => head.toString('latin1', 0, 3) === 'ID3' || head.readUInt16BE(0) >= 0xffe0,
  '.flac': (head) => head.toString('latin1', 0, 4) === 'fLaC',
  '.opus': (head) => head.toString('latin1', 0, 4) === 'OggS',
};

/**
 * True where an unfinished encoder output begins like its kind, and where it is too short to tell.
 * @param extension of the finished file, such as `.mp4`. Rejects as the system does.
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
