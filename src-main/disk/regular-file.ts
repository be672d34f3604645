import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, rmSync, type Stats } from 'node:fs';
import { lstat, open, rm, type FileHandle } from 'node:fs/promises';
import { LecternError } from '../contract/errors.ts';
import { whenThereIsRoom, withReserve } from '../runtime/descriptors.ts';

/** How to open a file: to read, to change in place, or to create, which fails with EEXIST where the name is taken. */
export type OpenFlags = 'r' | 'r+' | 'wx' | 'wx+';

/** Only its owner can read what is made here. */
const PRIVATE = 0o600;

/** Windows has no O_NOFOLLOW; there the path is checked before it is opened. */
const NO_FOLLOW = typeof constants.O_NOFOLLOW === 'number' ? constants.O_NOFOLLOW : 0;
/** Without it, opening a FIFO waits for somebody at its other end. */
const NO_WAIT = typeof constants.O_NONBLOCK === 'number' ? constants.O_NONBLOCK : 0;

const OPEN_FLAGS: Record<OpenFlags, number> = {
  r: constants.O_RDONLY,
  'r+': constants.O_RDWR,
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  'wx+': constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

/** The system's errors where the name is a link, a socket, a FIFO that nobody reads, or a folder. */
const NOT_REGULAR = new Set(['ELOOP', 'EMLINK', 'ENXIO', 'EOPNOTSUPP', 'EISDIR']);

/**
 * Opens a regular file. Follows no link at the end of its path and never waits for another process. New files are
 * private. Rejects with FILE_NOT_REGULAR for anything else, and as the system does where there is none.
 */
export async function openRegularFile(path: string, flags: OpenFlags = 'r'): Promise<FileHandle> {
  if (NO_FOLLOW === 0 && !flags.startsWith('wx')) await requireRegularFile(path);
  const file = await whenThereIsRoom(() =>
    open(path, OPEN_FLAGS[flags] | NO_FOLLOW | NO_WAIT, PRIVATE),
  ).catch((error: unknown) => {
    throw known(error);
  });
  try {
    if (!(await file.stat()).isFile()) throw notRegular();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Makes an empty private file of this name, to be written as a whole. Anything that had the name is first removed,
 * never written to: neither the target of a link, nor a file that also has another name. The caller closes it.
 */
export async function recreateFile(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  return openRegularFile(path, 'wx');
}

/** The same, synchronous, and closed again: for a program that writes to it by its path. */
export function recreateFileSync(path: string): void {
  rmSync(path, { force: true });
  closeSync(withReserve(() => openSync(path, OPEN_FLAGS.wx | NO_FOLLOW | NO_WAIT, PRIVATE)));
}

/** Makes a private file of this name with `content`. Anything that had the name is removed, not written to. */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  const file = await recreateFile(path);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
}

/** The content of a regular file. Rejects with FILE_NOT_REGULAR, and with FILE_TOO_LARGE above `maxBytes`. */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  const file = await openRegularFile(path);
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw tooLarge(size, maxBytes);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The same, synchronous; throws instead. */
export function readRegularFileSync(path: string, maxBytes: number): Buffer {
  if (NO_FOLLOW === 0 && !lstatSync(path).isFile()) throw notRegular();
  const file = openOrThrow(path);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw notRegular();
    if (stats.size > maxBytes) throw tooLarge(stats.size, maxBytes);
    const bytes = Buffer.alloc(stats.size);
    let filled = 0;
    while (filled < bytes.length) {
      const read = readSync(file, bytes, filled, bytes.length - filled, filled);
      if (read === 0) break;
      filled += read;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(file);
  }
}

/** The stats of a regular file; undefined where there is none, or something else has its name. */
export async function statRegularFile(path: string): Promise<Stats | undefined> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() === true ? stats : undefined;
}

/** Bytes of a regular file; undefined where there is none of this name. */
export function regularFileSizeSync(path: string): number | undefined {
  const stats = statSync(path);
  return stats?.isFile() === true ? stats.size : undefined;
}

/** True where there is a regular file of this name. */
export function isRegularFileSync(path: string): boolean {
  return statSync(path)?.isFile() === true;
}

/** True where there is a folder of this name, and not a link to one. */
export function isFolderSync(path: string): boolean {
  return statSync(path)?.isDirectory() === true;
}

/**
 * Resolves where this name is a regular file. Call it directly before something opens the file by its path. Rejects
 * with FILE_NOT_REGULAR where something else has the name, and as the system does where there is none.
 */
export async function requireRegularFile(path: string): Promise<Stats> {
  const stats = await lstat(path);
  if (!stats.isFile()) throw notRegular();
  return stats;
}

/** Resolves where a file may be put under this name: a file has it, or nothing. Rejects with FILE_NOT_REGULAR. */
export async function requireReplaceable(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats?.isFile() === false) throw notRegular();
}

function statSync(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function openOrThrow(path: string): number {
  try {
    return withReserve(() => openSync(path, OPEN_FLAGS.r | NO_FOLLOW | NO_WAIT));
  } catch (error) {
    throw known(error);
  }
}

function known(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return NOT_REGULAR.has(code) ? notRegular(error) : error;
}

function notRegular(cause?: unknown): LecternError {
  return new LecternError(
    'FILE_NOT_REGULAR',
    'Expected a file, found a link, a pipe, a device or a folder of its name. It is left as it is; move it away, or put the file there itself',
    { cause },
  );
}

function tooLarge(size: number, maxBytes: number): LecternError {
  return new LecternError(
    'FILE_TOO_LARGE',
    `Expected a file of at most ${maxBytes} bytes, this one has ${size}. It is left as it is`,
  );
}
