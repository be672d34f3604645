import { randomBytes } from 'node:crypto';
import { constants, copyFile, lstat, rm, utimes, type FileHandle } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { writeFully } from '../disk/write-fully.ts';
import { encodeCueChunks, type CuePoint } from './cue-chunks.ts';
import type { MasterExamination } from './examine-master.ts';
import type { WavShape } from './master-header.ts';
import { readFully, readRange } from '../disk/read-fully.ts';
import { isReadBackAs } from './read-back.ts';
import { renameToFree, setAside } from './set-aside.ts';
import { renameDurably, syncFolder } from '../disk/sync.ts';
import {
  createWavHeader,
  MAX_PLAIN_AUDIO_BYTES,
  PLAIN_HEADER_BYTES,
  type WavHeader,
} from '../audio/wav-header.ts';
import { writeError } from './write-error.ts';

/**
 * Suffix of the new file that will replace a master with a damaged header, until it has been read back. Each attempt
 * uses a name of its own: the file of an earlier attempt may contain audio that its master has lost since.
 */
const MENDING = /^\.mending(-[0-9a-f]{8})?$/;

function mendingPathOf(finalPath: string): string {
  return `${finalPath}.mending-${randomBytes(4).toString('hex')}`;
}

/** True for a file that was being made to replace the master of that name. */
export function isMending(name: string, finalName: string): boolean {
  return name.startsWith(finalName) && MENDING.test(name.slice(finalName.length));
}

const BLOCK_BYTES = 1024 * 1024;

export interface FinishWavOptions {
  readonly finalPath: string;
  readonly cuePoints: readonly CuePoint[];
}

export interface FinishedWav {
  readonly byteSize: number;
  /** Where a damaged master is kept after a new one was made of it. */
  readonly asidePath?: string;
}

/** Files that can be read: an `unknown` one stays as it is. */
export type ReadableMaster = MasterExamination & { readonly shape: WavShape };

export function isReadable(master: MasterExamination): master is ReadableMaster {
  return master.kind !== 'unknown' && master.shape !== undefined;
}

/**
 * Gives an unfinished master its final name, according to its examination. A sound one is finished in place: only its
 * sizes, its cue points, and half a frame at its end change. For one with a damaged header a new file is made, read
 * back against it, and takes its place; the damaged one is kept aside. It is safe to repeat this and to be killed at
 * any moment. Rejects with DISK_FULL or WRITE_FAILED, or as the system does where something cannot be read; with
 * FILE_EXISTS where another file has the name.
 */
export async function finishWav(
  master: ReadableMaster,
  { finalPath, cuePoints }: FinishWavOptions,
): Promise<FinishedWav> {
  const cues = encodeCueChunks(cuePoints);
  if (master.kind === 'damaged') return mend(master, finalPath, { cuePoints, cues });
  if (master.kind !== 'foreign') await makeOwn(master.path, mendingPathOf(finalPath));
  const byteSize = master.kind === 'foreign' ? master.size : await finishInPlace(master, cues);
  if (master.path !== finalPath) await renameToFree(master.path, finalPath);
  return { byteSize };
}

/**
 * A file that also has another name, such as one kept aside or a hard link, must not change under that name: a copy
 * takes this name, and is changed instead.
 */
async function makeOwn(path: string, copyPath: string): Promise<void> {
  const { nlink, atime, mtime } = await lstat(path);
  if (nlink < 2) return;
  try {
    await copyFile(path, copyPath, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const copy = await openRegularFile(copyPath, 'r+');
    await copy.datasync().finally(() => copy.close());
    // The end of a recording is derived from the time of the file's last write.
    await utimes(copyPath, atime, mtime);
    await renameDurably(copyPath, path);
  } catch (error) {
    await rm(copyPath, { force: true }).catch(() => undefined);
    throw writeError(error);
  }
}

async function finishInPlace(master: ReadableMaster, cues: Buffer): Promise<number> {
  const { path, frames, dataOffset, shape, tail, size } = master;
  const header = createWavHeader({ ...shape, mayExceed4GiB: dataOffset > PLAIN_HEADER_BYTES });
  const dataBytes = frames * 2 * shape.channels;
  const dataEnd = dataOffset + dataBytes;
  const file = await openRegularFile(path, 'r+');
  try {
    // Existing cue points may be the only record of the markers.
    if (tail === 'cue points') {
      await write(file, header.forSizes(dataBytes, size - dataEnd), 0);
      await file.datasync();
      return size;
    }
    await write(file, header.forSizes(dataBytes, 0), 0);
    if (size > dataEnd) await file.truncate(dataEnd);
    const cueBytes = await addCues(file, header, dataBytes, cues);
    await file.datasync();
    return dataEnd + cueBytes;
  } finally {
    await file.close();
  }
}

/** Cue points are optional: a disk too full for them must not lose the recording. */
async function addCues(
  file: FileHandle,
  header: WavHeader,
  dataBytes: number,
  cues: Buffer,
): Promise<number> {
  const dataEnd = header.byteLength + dataBytes;
  try {
    if (cues.length === 0) return 0;
    await write(file, cues, dataEnd);
    await write(file, header.forSizes(dataBytes, cues.length), 0);
    return cues.length;
  } catch {
    await file.truncate(dataEnd);
    return 0;
  }
}

/** Cue points, and the chunks that they make. */
interface EncodedPoints {
  readonly cuePoints: readonly CuePoint[];
  readonly cues: Buffer;
}

async function mend(master: ReadableMaster, finalPath: string, points: EncodedPoints): Promise<FinishedWav> {
  const { path, size } = master;
  const { cues } = points;
  const mendingPath = mendingPathOf(finalPath);
  const header = headerOf(master);
  const original = await openRegularFile(path);
  try {
    await makeMended(master, original, mendingPath, header, cues);
    const mended = await openRegularFile(mendingPath);
    try {
      await expectMended(master, original, mended, header, points);
    } finally {
      await mended.close();
    }
  } catch (error) {
    await rm(mendingPath, { force: true }).catch(() => undefined);
    throw error;
  } finally {
    await original.close();
  }
  const asidePath = size > 0 ? await setAside(path) : undefined;
  // The original has its second name already: this gives up its first one.
  if (path === finalPath) await renameDurably(mendingPath, finalPath);
  else {
    await renameToFree(mendingPath, finalPath);
    await rm(path);
    await syncFolder(finalPath);
  }
  const byteSize = header.byteLength + bytesOf(master) + cues.length;
  return { byteSize, ...(asidePath === undefined ? {} : { asidePath }) };
}

function bytesOf({ frames, shape }: ReadableMaster): number {
  return frames * 2 * shape.channels;
}

function headerOf(master: ReadableMaster): WavHeader {
  return createWavHeader({ ...master.shape, mayExceed4GiB: bytesOf(master) > MAX_PLAIN_AUDIO_BYTES });
}

async function makeMended(
  master: ReadableMaster,
  original: FileHandle,
  mendingPath: string,
  header: WavHeader,
  cues: Buffer,
): Promise<void> {
  const dataBytes = bytesOf(master);
  const mending = await openRegularFile(mendingPath, 'wx').catch((error: unknown) => {
    throw writeError(error);
  });
  try {
    await write(mending, header.forSizes(dataBytes, cues.length), 0);
    for await (const { block, position } of blocksOf(original, master.dataOffset, dataBytes))
      await write(mending, block, header.byteLength + position);
    await write(mending, cues, header.byteLength + dataBytes);
    await mending.datasync();
  } finally {
    await mending.close();
  }
}

/** Reads the new file back and compares it with its source; another reader also checks its header and cue points. */
async function expectMended(
  master: ReadableMaster,
  original: FileHandle,
  mended: FileHandle,
  header: WavHeader,
  { cuePoints, cues }: EncodedPoints,
): Promise<void> {
  const { shape } = master;
  const dataBytes = bytesOf(master);
  const dataEnd = header.byteLength + dataBytes;
  const head = await readRange(mended, 0, header.byteLength);
  const tail = await readRange(mended, dataEnd, cues.length);
  const { size } = await mended.stat();
  const isWhole = head.equals(header.forSizes(dataBytes, cues.length)) && tail.equals(cues);
  if (!isWhole || size !== dataEnd + cues.length) throw notAsWritten();
  if (!isReadBackAs({ shape, dataBytes, cuePoints }, head, tail)) throw notAsWritten();
  const there = Buffer.alloc(BLOCK_BYTES);
  for await (const { block, position } of blocksOf(original, master.dataOffset, dataBytes)) {
    const read = there.subarray(0, block.length);
    if ((await readFully(mended, read, header.byteLength + position)) < block.length) throw notAsWritten();
    if (!read.equals(block)) throw notAsWritten();
  }
}

async function* blocksOf(file: FileHandle, offset: number, bytes: number) {
  const buffer = Buffer.alloc(Math.min(BLOCK_BYTES, Math.max(1, bytes)));
  for (let position = 0; position < bytes; position += buffer.length) {
    const block = buffer.subarray(0, Math.min(buffer.length, bytes - position));
    if ((await readFully(file, block, offset + position)) < block.length)
      throw new LecternError(
        'FILE_UNREADABLE',
        'A recording became shorter while it was read. It is left as it is',
      );
    yield { block, position };
  }
}

async function write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  await writeFully(file, bytes, position).catch((error: unknown) => {
    throw writeError(error);
  });
}

function notAsWritten(): LecternError {
  return new LecternError(
    'WRITE_FAILED',
    'A recording reads back otherwise than it was written: the disk cannot be trusted. The original is left as it is',
  );
}
