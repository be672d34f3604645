import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { DiskEvent } from './write-log.ts';

/** What a power cut leaves of everything that was not synced. */
export type Aftermath =
  /** Nothing: each file and folder is as at its own last sync. */
  | 'discarded'
  /** Some of it, in no order: writes of a file one by one, names of a folder from the first on. */
  | 'scattered';

type Change = { readonly offset: number; readonly data: Buffer } | { readonly length: number };

interface FileState {
  safe: Buffer;
  unsafe: Change[];
  readonly syncs: Map<bigint, number>;
}

type Name = { readonly name: string; readonly holds: FileState | 'folder' | undefined };

interface FolderState {
  safe: Map<string, FileState | 'folder'>;
  unsafe: Name[];
  readonly syncs: Map<bigint, number>;
}

/**
 * A disk that keeps only what it must: bytes up to a file's last sync, names up to their folder's. Stricter than any
 * file system in use, which is the point.
 */
export interface UnsafeDisk {
  apply(event: DiskEvent): void;
  /** Writes what is left after a power cut now into `folder`, which stands for the root. */
  cutPower(folder: string, aftermath: Aftermath, random: () => number): void;
  /** Bytes of a file that no power cut can take. */
  safeBytes(path: string): number;
}

export function createUnsafeDisk(root: string): UnsafeDisk {
  const files = new Map<bigint, FileState>();
  const folders = new Map<string, FolderState>();

  const newFile = (inode: bigint, safe: Buffer): FileState => {
    const file: FileState = { safe, unsafe: [], syncs: new Map() };
    files.set(inode, file);
    return file;
  };
  const newFolder = (path: string): void => {
    folders.set(path, { safe: new Map(), unsafe: [], syncs: new Map() });
  };
  const folderOf = (path: string): FolderState => {
    const folder = folders.get(dirname(path));
    if (folder === undefined) throw new Error(`the log names ${path} before its folder`);
    return folder;
  };
  const nameNow = (path: string): FileState | 'folder' | undefined => {
    const folder = folderOf(path);
    const last = folder.unsafe.findLast(({ name }) => name === basename(path));
    return last === undefined ? folder.safe.get(basename(path)) : last.holds;
  };
  const load = (path: string): void => {
    newFolder(path);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) load(inside);
      const holds = entry.isDirectory()
        ? 'folder'
        : newFile(statSync(inside, { bigint: true }).ino, readFileSync(inside));
      folders.get(path)?.safe.set(entry.name, holds);
    }
  };
  load(root);

  const sync = (event: Extract<DiskEvent, { syncId: bigint }>): void => {
    const folder = folders.get(event.path);
    const target = folder ?? files.get(event.inode);
    if (target === undefined) return;
    if (event.kind === 'sync begin') {
      target.syncs.set(event.syncId, target.unsafe.length);
      return;
    }
    const count = target.syncs.get(event.syncId) ?? 0;
    target.syncs.delete(event.syncId);
    for (const [id, mark] of target.syncs) target.syncs.set(id, Math.max(0, mark - count));
    if (folder !== undefined) applyNames(folder.safe, folder.unsafe.splice(0, count));
    else {
      const file = files.get(event.inode);
      if (file !== undefined) file.safe = applyChanges(file.safe, file.unsafe.splice(0, count));
    }
  };

  return {
    apply(event) {
      switch (event.kind) {
        case 'write':
          files.get(event.inode)?.unsafe.push({ offset: event.offset, data: event.data });
          return;
        case 'truncate':
          files.get(event.inode)?.unsafe.push({ length: event.length });
          return;
        case 'create':
          folderOf(event.path).unsafe.push({
            name: basename(event.path),
            holds: newFile(event.inode, Buffer.alloc(0)),
          });
          return;
        case 'make folder':
          newFolder(event.path);
          folderOf(event.path).unsafe.push({ name: basename(event.path), holds: 'folder' });
          return;
        case 'rename': {
          const holds = nameNow(event.path);
          folderOf(event.to).unsafe.push({ name: basename(event.to), holds });
          folderOf(event.path).unsafe.push({ name: basename(event.path), holds: undefined });
          return;
        }
        case 'unlink':
          folderOf(event.path).unsafe.push({ name: basename(event.path), holds: undefined });
          return;
        case 'sync begin':
        case 'sync end':
          sync(event);
      }
    },
    cutPower(target, aftermath, random) {
      const rebuild = (path: string): void => {
        const folder = folders.get(path);
        if (folder === undefined) return;
        const to = join(target, relative(root, path));
        mkdirSync(to, { recursive: true });
        const names = new Map(folder.safe);
        if (aftermath === 'scattered')
          applyNames(names, folder.unsafe.slice(0, Math.floor(random() * (folder.unsafe.length + 1))));
        for (const [name, holds] of names) {
          if (holds === 'folder') rebuild(join(path, name));
          else {
            const kept = aftermath === 'discarded' ? [] : holds.unsafe.filter(() => random() < 0.5);
            writeFileSync(join(to, name), applyChanges(holds.safe, kept));
          }
        }
      };
      rebuild(root);
    },
    safeBytes(path) {
      const holds = folders.get(dirname(path))?.safe.get(basename(path));
      return holds === undefined || holds === 'folder' ? 0 : holds.safe.length;
    },
  };
}

function applyNames(names: Map<string, FileState | 'folder'>, changes: readonly Name[]): void {
  for (const { name, holds } of changes)
    if (holds === undefined) names.delete(name);
    else names.set(name, holds);
}

function applyChanges(before: Buffer, changes: readonly Change[]): Buffer {
  let bytes = before;
  for (const change of changes) {
    const length =
      'length' in change ? change.length : Math.max(bytes.length, change.offset + change.data.length);
    if (length < bytes.length) bytes = Buffer.from(bytes.subarray(0, length));
    else if (length > bytes.length) bytes = Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
    else if (changes.length > 0) bytes = Buffer.from(bytes);
    if ('data' in change) change.data.copy(bytes, change.offset);
  }
  return bytes;
}
