import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LecternError } from '../../contract/errors.ts';
import { openRegularFile } from '../../disk/regular-file.ts';
import { MAX_INTAKE_BYTES, MAX_INTAKE_FILES, type IntakeProgress } from '../../contract/intake.ts';
import { usableBytes } from '../../disk/disk-space.ts';
import { writeError } from '../../files/write-error.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Log } from '../../runtime/log.ts';
import { parseIncomingName } from './file-name.ts';
import { createFileWork, type FileWork, type IncomingFile, type TaskControl } from './incoming-file.ts';
import { createIntakeFolder, sweepDeadFolders } from './intake-folder.ts';
import { receiveBytes } from './receive-bytes.ts';

export interface IntakeOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** A fresh UUID. */
  readonly newId: () => string;
}

/** Files from outside, each in its own private folder until it is added, discarded, or the process ends. */
export interface Intake {
  /** Makes room for a file. Rejects with FILE_TOO_LARGE, DISK_FULL or INTAKE_FULL. */
  begin(name: string, byteSize: number, modifiedMs?: number): Promise<IncomingFile>;
  /** Takes the next piece of a file; resolves with the bytes there are now. */
  receive(id: string, offset: number, pieces: AsyncIterable<Uint8Array>): Promise<number>;
  /** Runs a task on a complete file, after the other tasks on it. */
  work<T>(
    id: string,
    stage: IntakeProgress['stage'],
    task: (file: IncomingFile, control: TaskControl) => Promise<T>,
  ): Promise<T>;
  /** Rejects with INTAKE_NOT_FOUND. */
  find(id: string): IncomingFile;
  discard(id: string): Promise<void>;
  close(): Promise<void>;
}

/** A file that nobody has used for this long is removed. */
const FORGOTTEN_MS = 24 * 3600 * 1000;
/** A repaired copy needs as much room again as its source. */
const ROOM_FACTOR = 2;

export async function createIntake({ dataDir, clock, log, newId }: IntakeOptions): Promise<Intake> {
  const root = join(dataDir, 'intake');
  const ours = createIntakeFolder(root, `${process.pid}-${newId().slice(0, 8)}`);
  await sweepDeadFolders(root, (name) => /^\d+-[0-9a-f]{8}$/.test(name)).catch((error: unknown) => {
    log('warn', 'what an earlier launch had taken in could not be removed', { error });
  });
  // Empty now, unless another process has something in it.
  await rmdir(root).catch(() => undefined);
  const files = new Map<string, { readonly file: IncomingFile; readonly work: FileWork }>();
  const beginning = new Set<symbol>();
  let closed = false;

  const entryOf = (id: string) => {
    const entry = files.get(id);
    if (entry === undefined)
      throw new LecternError('INTAKE_NOT_FOUND', 'Expected a file that was taken in; it is no longer here');
    entry.file.lastUsedMs = clock.monotonicMs();
    return entry;
  };

  const discard = async (id: string): Promise<void> => {
    const { file, work } = entryOf(id);
    files.delete(id);
    await work.callOff(new LecternError('INTAKE_NOT_FOUND', 'The file was discarded'));
    await rm(file.folder, { recursive: true, force: true });
  };

  const discardForgotten = async (): Promise<void> => {
    for (const [id, { file, work }] of files)
      if (!work.busy && clock.monotonicMs() - file.lastUsedMs > FORGOTTEN_MS) await discard(id);
  };

  /** Also counts the room reserved for other files. */
  const requireRoom = async (byteSize: number): Promise<void> => {
    if (byteSize > MAX_INTAKE_BYTES)
      throw new LecternError(
        'FILE_TOO_LARGE',
        `Expected a file of at most ${MAX_INTAKE_BYTES} bytes, got one of ${byteSize}`,
      );
    if (files.size + beginning.size > MAX_INTAKE_FILES)
      throw new LecternError(
        'INTAKE_FULL',
        `Expected at most ${MAX_INTAKE_FILES} files at a time. Add or discard one of them first`,
      );
    const promised = [...files.values()].reduce(
      (sum, { file }) => sum + file.byteSize - file.receivedBytes,
      0,
    );
    const usable = await usableBytes(dataDir);
    if (usable !== undefined && byteSize * ROOM_FACTOR > usable - promised)
      throw new LecternError(
        'DISK_FULL',
        `The disk has too little room: the file and a mended copy need ${byteSize * ROOM_FACTOR} bytes, ` +
          `${Math.max(0, Math.floor(usable - promised))} are left`,
      );
  };

  const requireOpen = (): void => {
    if (closed) throw new LecternError('SHUTTING_DOWN', 'Lectern is closing');
  };

  const makeFile = async (
    name: string,
    byteSize: number,
    modifiedMs: number | undefined,
  ): Promise<IncomingFile> => {
    const id = newId();
    const incoming = parseIncomingName(name);
    try {
      const folder = await ours.add(id);
      if (closed) await ours.remove();
      requireOpen();
      const originalPath = join(folder, `original${incoming.extension}`);
      await (await openRegularFile(originalPath, 'wx')).close();
      return {
        id,
        name: incoming,
        folder,
        originalPath,
        byteSize,
        modifiedMs,
        receivedBytes: 0,
        stage: 'receiving',
        fraction: null,
        lastUsedMs: clock.monotonicMs(),
      };
    } catch (error) {
      throw writeError(error);
    }
  };

  return {
    async begin(name, byteSize, modifiedMs) {
      requireOpen();
      await discardForgotten();
      const place = Symbol();
      beginning.add(place);
      try {
        await requireRoom(byteSize);
        const file = await makeFile(name, byteSize, modifiedMs);
        files.set(file.id, { file, work: createFileWork() });
        return file;
      } finally {
        beginning.delete(place);
      }
    },
    async receive(id, offset, pieces) {
      const { file, work } = entryOf(id);
      if (work.busy)
        throw new LecternError('INVALID_INPUT', 'Expected one piece after the other, got two at once');
      return work.run(async () => {
        file.receivedBytes = await receiveBytes(file, offset, pieces, work.signal);
        file.lastUsedMs = clock.monotonicMs();
        return file.receivedBytes;
      });
    },
    work(id, stage, task) {
      const { file, work } = entryOf(id);
      return work.run(async () => {
        if (file.receivedBytes < file.byteSize)
          throw new LecternError(
            'INVALID_INPUT',
            `Expected all ${file.byteSize} bytes of the file first, got ${file.receivedBytes}`,
          );
        file.stage = stage;
        file.fraction = null;
        try {
          return await task(file, {
            signal: work.signal,
            onProgress: (fraction) => (file.fraction = Math.min(1, Math.max(0, fraction))),
          });
        } finally {
          file.stage = 'waiting';
          file.fraction = null;
          file.lastUsedMs = clock.monotonicMs();
        }
      });
    },
    find: (id) => entryOf(id).file,
    discard,
    async close() {
      closed = true;
      await Promise.all([...files.keys()].map(discard));
      await ours.remove();
    },
  };
}
