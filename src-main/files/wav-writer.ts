import { unlink, type FileHandle } from 'node:fs/promises';
import { createWavHeader } from '../audio/wav-header.ts';
import { openRegularFile } from '../disk/regular-file.ts';
import { sizeOfOpenFile } from '../disk/size-of-open-file.ts';
import { createAppendQueue } from './append-queue.ts';
import { encodeCueChunks, type CuePoint } from './cue-chunks.ts';
import { createFileSync } from './file-sync.ts';
import { isThere, moveAside, renameToFree } from './set-aside.ts';
import { silentRuns, type Run } from './silent-runs.ts';
import { isUnderName } from './under-name.ts';
import { writeError } from './write-error.ts';

/** Suffix of a file that is still being written, or whose writer died. */
export const PARTIAL_SUFFIX = '.partial';

export interface WavWriterOptions {
  /** The finished file; while it grows it is called `path` + `.partial`. Must not exist. */
  readonly path: string;
  readonly sampleRate: number;
  readonly channels: number;
  readonly mayExceed4GiB: boolean;
  /** Makes the file's folder again, where somebody has removed it meanwhile. */
  readonly restoreFolder?: () => Promise<unknown>;
}

export interface WavWriter {
  /**
   * Appends signed 16-bit little-endian samples, in call order. Resolves once they and a header that counts them are
   * with the system, so that a killed process loses nothing that was resolved. After a failure everything rejects.
   */
  append(pcm: Uint8Array): Promise<void>;
  readonly queuedBytes: number;
  /** Bytes of audio in the file. */
  readonly dataBytes: number;
  /** Frames that another program has cut off the file while it was written: silence replaces them. */
  readonly lostStretches: readonly { readonly startFrame: number; readonly frames: number }[];
  /**
   * Resolves once everything appended before is on the disk, and not only with the system. Never rejects: where the
   * disk fails, `failure` is set.
   */
  sync(): Promise<void>;
  /** Reads audio back from the file: fills `into` from this byte on. Rejects once it is finished. */
  read(position: number, into: Uint8Array): Promise<void>;
  /** Why nothing more can be written. The audio before it stays playable. */
  readonly failure: Error | undefined;
  /**
   * Writes the queue and the cue points, makes the file durable and gives it its final name. Where its header or its
   * folder cannot be written any more, the unfinished file stays, and `path` is its path; recovery finishes it later.
   */
  finish(cuePoints?: readonly CuePoint[]): Promise<{ readonly path: string; readonly byteSize: number }>;
  /** Closes and removes the unfinished file. */
  abandon(): Promise<void>;
}

/** Opens a streaming WAV: one open file, header true after every batch, flushed every second off the event loop. */
export async function openWavWriter(options: WavWriterOptions): Promise<WavWriter> {
  const header = createWavHeader(options);
  const bytesPerFrame = 2 * options.channels;
  const partialPath = options.path + PARTIAL_SUFFIX;
  let file = await createFile(partialPath, header.forSizes(0, 0));
  let sizeOfFile = await sizeOfOpenFile(file);

  let dataBytes = 0;
  let failure: Error | undefined;
  const lostStretches: { startFrame: number; frames: number }[] = [];
  let lookDue = false;

  const noteFailure = (error: unknown): void => {
    failure ??= writeError(error);
  };

  const syncs = createFileSync(() => {
    lookDue = true;
    return file.datasync().catch(noteFailure);
  });

  const patchHeader = (trailingBytes: number): Promise<number> =>
    writeFully(file, [header.forSizes(dataBytes, trailingBytes)], 0);

  const hasItsName = (): Promise<boolean> => isUnderName(file, partialPath, header.forSizes(dataBytes, 0));

  const restoreIfRemoved = async (): Promise<void> => {
    lookDue = false;
    if (await hasItsName()) return;
    await options.restoreFolder?.();
    const removed = file;
    if (await isThere(partialPath)) await moveAside(partialPath);
    const restored = await openRegularFile(partialPath, 'wx+');
    await copyBytes(removed, restored, header.byteLength + dataBytes);
    await syncs.settled();
    sizeOfFile = await sizeOfOpenFile(restored);
    file = restored;
    await removed.close();
  };

  const writeRun = async (run: Run): Promise<number> => {
    const position = header.byteLength + dataBytes;
    if (run.kind === 'audio') return writeFully(file, run.buffers, position);
    // No bytes lie beyond the counted ones, so extending the file adds zeros.
    await file.truncate(position + run.bytes);
    return run.bytes;
  };

  /**
   * A write behind the end of a file that was cut off fills the hole with zeros: the loss can be seen only before that.
   */
  const noteIfCutOff = async (): Promise<void> => {
    const left = Math.max(0, (await sizeOfFile()) - header.byteLength);
    if (left >= dataBytes) return;
    const startFrame = Math.floor(left / bytesPerFrame);
    lostStretches.push({ startFrame, frames: dataBytes / bytesPerFrame - startFrame });
    await file.truncate(header.byteLength + dataBytes);
  };

  const writeBatch = async (batch: readonly Uint8Array[]): Promise<void> => {
    if (lookDue) await restoreIfRemoved();
    await noteIfCutOff();
    for (const run of silentRuns(batch)) {
      if (failure !== undefined) break;
      const written = await writeRun(run).catch((error: unknown) => {
        failure = writeError(error);
        return error instanceof ShortWriteError ? error.writtenBytes : 0;
      });
      // A full disk may write half a frame; only whole frames are counted, so that the file stays valid.
      dataBytes += written - (written % bytesPerFrame);
    }
    await patchHeader(0);
    syncs.schedule();
  };

  const queue = createAppendQueue(async (batch) => {
    if (failure === undefined) await writeBatch(batch).catch(noteFailure);
    return failure;
  });

  const writeTail = async (cuePoints: readonly CuePoint[]): Promise<number> => {
    const cues = encodeCueChunks(cuePoints);
    if (cues.length === 0 || failure !== undefined) return 0;
    await writeFully(file, [cues], header.byteLength + dataBytes);
    await patchHeader(cues.length);
    return cues.length;
  };

  return {
    append: (pcm) => (failure === undefined ? queue.append(pcm) : Promise.reject(failure)),
    get queuedBytes() {
      return queue.queuedBytes;
    },
    get dataBytes() {
      return dataBytes;
    },
    lostStretches,
    get failure() {
      return failure;
    },
    async sync() {
      await queue.drained();
      // The code that ends the file makes it durable.
      await syncs.syncNow();
    },
    async read(position, into) {
      const { bytesRead } = await file.read(into, 0, into.byteLength, header.byteLength + position);
      if (bytesRead < into.byteLength) throw new Error('the file is shorter than what was written to it');
    },
    async abandon() {
      syncs.stop();
      failure ??= new Error('abandoned');
      await queue.drained();
      await syncs.settled();
      const isOwn = await hasItsName().catch(() => false);
      await file.close();
      if (isOwn) await unlink(partialPath).catch(() => undefined);
    },
    async finish(cuePoints = []) {
      await queue.drained();
      syncs.stop();
      await restoreIfRemoved().catch(noteFailure);
      await noteIfCutOff().catch(noteFailure);
      // Cue points are optional; a disk too full for them must not lose the recording.
      const trailingBytes = await writeTail(cuePoints).catch(() => 0);
      // A reader that trusts the file's length would read half-written cue points as audio.
      await file.truncate(header.byteLength + dataBytes + trailingBytes).catch(() => undefined);
      await syncs.settled();
      // Once more, as the last attempt may have failed: all audio must be counted before the file gets its name.
      const counted = await patchHeader(trailingBytes).then(
        () => true,
        (error: unknown) => {
          failure ??= writeError(error);
          return false;
        },
      );
      await file.datasync().catch(noteFailure);
      await file.close();
      const byteSize = header.byteLength + dataBytes + trailingBytes;
      if (!counted) return { path: partialPath, byteSize };
      try {
        await renameToFree(partialPath, options.path);
      } catch (error) {
        failure ??= writeError(error);
        return { path: partialPath, byteSize };
      }
      return { path: options.path, byteSize };
    },
  };
}

/** Makes a new file that begins with `first`; removes it where that cannot be written. */
async function createFile(path: string, first: Uint8Array): Promise<FileHandle> {
  const file = await openRegularFile(path, 'wx+');
  await writeFully(file, [first], 0).catch(async (error: unknown) => {
    await file.close();
    await unlink(path).catch(() => undefined);
    throw error;
  });
  return file;
}

/** A write that ended early; `writtenBytes` of it are in the file. */
class ShortWriteError extends Error {
  readonly writtenBytes: number;
  readonly code: string;

  constructor(writtenBytes: number, cause: unknown) {
    super('write ended early', { cause });
    this.writtenBytes = writtenBytes;
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'EIO';
  }
}

/** Writes all bytes, in as many calls as it takes. A full disk writes a part before it reports an error. */
async function writeFully(
  file: FileHandle,
  buffers: readonly Uint8Array[],
  position: number,
): Promise<number> {
  const total = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  let rest = buffers;
  let written = 0;
  while (written < total) {
    try {
      const { bytesWritten } = await file.writev([...rest], position + written);
      if (bytesWritten === 0) throw new Error('nothing was written');
      written += bytesWritten;
      if (written < total) rest = dropBytes(rest, bytesWritten);
    } catch (error) {
      throw new ShortWriteError(written, error);
    }
  }
  return total;
}

const COPY_BYTES = 1024 * 1024;

async function copyBytes(from: FileHandle, to: FileHandle, bytes: number): Promise<void> {
  const block = Buffer.alloc(Math.min(COPY_BYTES, bytes));
  for (let position = 0; position < bytes; position += block.length) {
    const { bytesRead } = await from.read(block, 0, Math.min(block.length, bytes - position), position);
    await writeFully(to, [block.subarray(0, bytesRead)], position);
  }
}

function dropBytes(buffers: readonly Uint8Array[], count: number): Uint8Array[] {
  const rest: Uint8Array[] = [];
  let left = count;
  for (const buffer of buffers) {
    if (left < buffer.byteLength) rest.push(buffer.subarray(left));
    left = Math.max(0, left - buffer.byteLength);
  }
  return rest;
}
