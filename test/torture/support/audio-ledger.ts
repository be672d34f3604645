import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordingType } from '../../../src-main/contract/audio-format.ts';
import type { RecordedSession } from './two-sides.ts';

const BLOCK_BYTES = 64;

/** Which blocks of each kind of audio are found: 1 for there. Blocks that were silent are nowhere, and count as there. */
export type Found = ReadonlyMap<RecordingType, Uint8Array>;

/** Knows every block of 64 bytes of what a session's sides, and the mix of both, are. */
export interface AudioLedger {
  readonly types: readonly RecordingType[];
  readonly blockFrames: number;
  /** What of it is in these bytes, at whatever place. */
  findIn(bytes: Buffer): Found;
  /** What of it is in any file below these folders. */
  findBelow(folders: readonly string[]): Found;
}

export function createAudioLedger({ plan, sides }: RecordedSession): AudioLedger {
  const sounds = new Map<RecordingType, Buffer>(sides);
  if (sides.size > 1) sounds.set('mixed', sumOf([...sides.values()]));
  const blocks = new Map<number, { readonly type: RecordingType; readonly index: number }[]>();
  const counts = new Map<RecordingType, number>();
  for (const [type, bytes] of sounds) {
    const count = Math.floor(bytes.length / BLOCK_BYTES);
    counts.set(type, count);
    for (let index = 0; index < count; index++) {
      if (isSilent(bytes, index)) continue;
      const key = bytes.readUInt32LE(index * BLOCK_BYTES);
      blocks.set(key, [...(blocks.get(key) ?? []), { type, index }]);
    }
  }
  const none = (): Map<RecordingType, Uint8Array> =>
    new Map(
      [...sounds].map(([type, bytes]) => [
        type,
        Uint8Array.from({ length: counts.get(type) ?? 0 }, (_, index) => (isSilent(bytes, index) ? 1 : 0)),
      ]),
    );
  const search = (bytes: Buffer, found: Map<RecordingType, Uint8Array>): void => {
    for (let at = 0; at + BLOCK_BYTES <= bytes.length;) {
      let isFound = false;
      for (const { type, index } of blocks.get(bytes.readUInt32LE(at)) ?? []) {
        const from = index * BLOCK_BYTES;
        if (sounds.get(type)?.compare(bytes, at, at + BLOCK_BYTES, from, from + BLOCK_BYTES) !== 0) continue;
        found.get(type)?.fill(1, index, index + 1);
        isFound = true;
      }
      at += isFound ? BLOCK_BYTES : 2;
    }
  };
  return {
    types: [...sounds.keys()],
    blockFrames: BLOCK_BYTES / (2 * plan.channels),
    findIn(bytes) {
      const found = none();
      search(bytes, found);
      return found;
    },
    findBelow(folders) {
      const found = none();
      for (const path of folders.flatMap(filesBelow)) search(readFileSync(path), found);
      return found;
    },
  };
}

/** Every regular file below a folder. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/**
 * Blocks that were there and are not, by type: without those of a mix of which both sides are there, and those of a side
 * that the mix has, where the session keeps only that.
 */
export function lostBlocks(before: Found, after: Found, { plan }: RecordedSession): Map<string, number[]> {
  const lost = new Map<string, number[]>();
  const isIn = (type: RecordingType, index: number): boolean => (after.get(type)?.[index] ?? 1) === 1;
  for (const [type, was] of before) {
    const keepsMixOnly = plan.record?.includes('mixed') === true && !plan.record.includes(type);
    const gone = [...was.keys()].filter((index) => {
      if (was[index] === 0 || isIn(type, index)) return false;
      if (type === 'mixed') return !plan.tracks.every((track) => isIn(track, index));
      return !(keepsMixOnly && isIn('mixed', index));
    });
    if (gone.length > 0) lost.set(type, gone);
  }
  return lost;
}

function isSilent(bytes: Buffer, index: number): boolean {
  return bytes.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES).every((byte) => byte === 0);
}

function sumOf(sides: readonly Buffer[]): Buffer {
  const sum = Buffer.alloc(Math.max(...sides.map(({ length }) => length)));
  for (const side of sides)
    for (let at = 0; at < side.length; at += 2)
      sum.writeInt16LE(sum.readInt16LE(at) + side.readInt16LE(at), at);
  return sum;
}
