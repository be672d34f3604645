import { readFileSync } from 'node:fs';

/** A change of the disk, as disk-shim.c wrote it down. */
export type DiskEvent = { readonly atNs: bigint } & (
  | { readonly kind: 'write'; readonly inode: bigint; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly inode: bigint; readonly length: number }
  | { readonly kind: 'create'; readonly inode: bigint; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string }
  | { readonly kind: 'unlink' | 'make folder'; readonly path: string }
  | {
      readonly kind: 'sync begin' | 'sync end';
      readonly inode: bigint;
      readonly path: string;
      readonly syncId: bigint;
    }
);

const KINDS = [
  undefined,
  'write',
  'truncate',
  'create',
  'rename',
  'unlink',
  'make folder',
  'sync begin',
  'sync end',
] as const;
const RECORD_BYTES = 56;

export function readWriteLog(path: string): DiskEvent[] {
  const log = readFileSync(path);
  const events: DiskEvent[] = [];
  for (let at = 0; at + RECORD_BYTES <= log.length;) {
    const kind = KINDS[log.readUInt32LE(at)];
    const pathBytes = log.readUInt32LE(at + 4);
    const otherBytes = log.readUInt32LE(at + 8);
    const inode = log.readBigUInt64LE(at + 16);
    const offset = Number(log.readBigUInt64LE(at + 24));
    const length = Number(log.readBigUInt64LE(at + 32));
    const atNs = log.readBigUInt64LE(at + 40);
    const syncId = log.readBigUInt64LE(at + 48);
    at += RECORD_BYTES;
    const name = log.toString('utf8', at, at + pathBytes);
    const to = log.toString('utf8', at + pathBytes, at + pathBytes + otherBytes);
    at += pathBytes + otherBytes;
    switch (kind) {
      case 'write':
        events.push({ kind, atNs, inode, offset, data: log.subarray(at, at + length) });
        at += length;
        break;
      case 'truncate':
        events.push({ kind, atNs, inode, length });
        break;
      case 'create':
        events.push({ kind, atNs, inode, path: name });
        break;
      case 'rename':
        events.push({ kind, atNs, path: name, to });
        break;
      case 'unlink':
      case 'make folder':
        events.push({ kind, atNs, path: name });
        break;
      case 'sync begin':
      case 'sync end':
        events.push({ kind, atNs, inode, path: name, syncId });
        break;
      case undefined:
        throw new Error(`the write log makes no sense at byte ${at - RECORD_BYTES}`);
    }
  }
  return events;
}
