import type { FileHandle } from 'node:fs/promises';
import { CHUNK_HEAD_BYTES, chunkEnd, FILE_HEAD_BYTES, parseChunkHead } from '../../audio/riff.ts';
import { openRegularFile } from '../../disk/regular-file.ts';
import { readMp4Date } from './mp4-date.ts';
import { parseDate } from './parse-date.ts';

/** Tags are at the beginning. A picture before them may be large; no more than this is read. */
const HEAD_BYTES = 1024 * 1024;
const MAX_CHUNKS = 64;
const MAX_CHUNK_BYTES = 64 * 1024;

/**
 * The recording date in a file, in milliseconds since 1970; undefined where there is no complete date. A date without a
 * zone is in this machine's. Rejects where the file cannot be read.
 */
export async function readEmbeddedDate(path: string): Promise<number | undefined> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    const head = await bytesAt(file, 0, Math.min(size, HEAD_BYTES));
    const magic = head.toString('latin1', 0, 4);
    if (magic === 'RIFF' || magic === 'RF64') return await readWavDate(file, size);
    if (head.toString('latin1', 4, 8) === 'ftyp') return await readMp4Date(file, size);
    if (magic.startsWith('ID3')) return readId3Date(head);
    if (magic === 'fLaC' || magic === 'OggS') return readCommentDate(head);
    if (head.readUInt32BE(0) === EBML) return readMatroskaDate(head);
    return undefined;
  } finally {
    await file.close();
  }
}

/** EBU Tech 3285: the date and time at which a broadcast WAV was begun. Else INFO's ICRD. */
async function readWavDate(file: FileHandle, size: number): Promise<number | undefined> {
  let created: number | undefined;
  let position = FILE_HEAD_BYTES;
  for (let chunk = 0; chunk < MAX_CHUNKS && position + CHUNK_HEAD_BYTES <= size; chunk++) {
    const each = parseChunkHead(await bytesAt(file, position, CHUNK_HEAD_BYTES), position);
    const body = (): Promise<Buffer> => bytesAt(file, each.offset, Math.min(each.length, MAX_CHUNK_BYTES));
    if (each.id === 'bext') {
      const bext = await body();
      const said =
        parseDate(`${text(bext, 320, 10)} ${text(bext, 330, 8)}`) ?? parseDate(text(bext, 320, 10));
      if (said !== undefined) return said;
    }
    if (each.id === 'LIST') created ??= readInfoDate(await body());
    position = chunkEnd(each);
  }
  return created;
}

function readInfoDate(list: Buffer): number | undefined {
  if (list.toString('latin1', 0, 4) !== 'INFO') return undefined;
  for (let position = 4; position + CHUNK_HEAD_BYTES <= list.length;) {
    const chunk = parseChunkHead(list.subarray(position), position);
    if (chunk.id === 'ICRD') return parseDate(text(list, chunk.offset, chunk.length));
    position = chunkEnd(chunk);
  }
  return undefined;
}

/** ID3v2.4: TDRC, else TDRL; ID3v2.3: TYER and TDAT, and TIME where it is there. */
function readId3Date(head: Buffer): number | undefined {
  const version = head[3] ?? 0;
  const synchsafe = (at: number): number =>
    [0, 1, 2, 3].reduce((sum, index) => sum * 128 + ((head[at + index] ?? 0) & 0x7f), 0);
  const end = Math.min(head.length, 10 + synchsafe(6));
  const frames = new Map<string, string>();
  let position = 10;
  if (((head[5] ?? 0) & 0x40) !== 0) position += version === 4 ? synchsafe(10) : 4 + head.readUInt32BE(10);
  while (version >= 3 && position + 10 <= end) {
    const name = head.toString('latin1', position, position + 4);
    const length = version === 4 ? synchsafe(position + 4) : head.readUInt32BE(position + 4);
    if (!/^[A-Z0-9]{4}$/.test(name) || length === 0 || position + 10 + length > end) break;
    if (DATE_FRAMES.has(name)) {
      const body = head.subarray(position + 11, position + 10 + length);
      const isWide = head[position + 10] === 1 || head[position + 10] === 2;
      // Digits and their separators are ASCII in every encoding: the other byte of a pair is zero or a mark.
      frames.set(
        name,
        isWide ? body.toString('latin1').replace(/[^\x20-\x7e]/g, '') : text(body, 0, body.length),
      );
    }
    position += 10 + length;
  }
  const [year, day, time = ''] = ['TYER', 'TDAT', 'TIME'].map((name) => frames.get(name));
  const split = `${year ?? ''}-${(day ?? '').slice(2, 4)}-${(day ?? '').slice(0, 2)}`;
  const clock = /^\d{4}$/.test(time) ? ` ${time.slice(0, 2)}:${time.slice(2)}` : '';
  return [frames.get('TDRC'), frames.get('TDRL'), split + clock]
    .map((said) => (said === undefined ? undefined : parseDate(said)))
    .find((ms) => ms !== undefined);
}

const DATE_FRAMES = new Set(['TDRC', 'TDRL', 'TYER', 'TDAT', 'TIME']);

/** The DATE of a Vorbis comment, in FLAC and Ogg alike: its length in four bytes, then `DATE=` and the date. */
function readCommentDate(head: Buffer): number | undefined {
  const body = head.toString('latin1');
  for (const match of body.matchAll(/date=/gi)) {
    const length = match.index >= 4 ? head.readUInt32LE(match.index - 4) : 0;
    if (length < 9 || length > 64) continue;
    const said = parseDate(body.slice(match.index + 5, match.index + length));
    if (said !== undefined) return said;
  }
  return undefined;
}

const EBML = 0x1a45dfa3;
/** Its element's id and the size of what follows: eight bytes. */
const DATE_UTC = Buffer.from([0x44, 0x61, 0x88]);
const MATROSKA_EPOCH_MS = Date.UTC(2001, 0, 1);

/** Matroska's DateUTC: nanoseconds since the beginning of 2001. */
function readMatroskaDate(head: Buffer): number | undefined {
  const at = head.indexOf(DATE_UTC);
  if (at < 0 || at + 11 > head.length) return undefined;
  return MATROSKA_EPOCH_MS + Number(head.readBigInt64BE(at + 3) / 1_000_000n);
}

function text(bytes: Buffer, start: number, length: number): string {
  return bytes
    .toString('latin1', start, start + length)
    .replace(/\0.*$/s, '')
    .trim();
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(4, length));
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, Math.max(4, bytesRead));
}
