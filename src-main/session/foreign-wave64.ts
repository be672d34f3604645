import { viewOf } from '../audio/riff.ts';
import { hasBytes, hasText } from './byte-reading.ts';
import type { UnitLength } from './foreign-units.ts';

/** Sony's Wave64: WAVE's chunks with a GUID for their names and 64 bits for their sizes, which count their heads. */
export const WAVE64_HEAD_BYTES = 40;
export const WAVE64_CHUNK_HEAD_BYTES = 24;
const RIFF_GUID = [
  0x72, 0x69, 0x66, 0x66, 0x2e, 0x91, 0xcf, 0x11, 0xa5, 0xd6, 0x28, 0xdb, 0x04, 0xc1, 0x00, 0x00,
];
/** What follows the four letters of every other name. */
const GUID_TAIL = [0xf3, 0xac, 0xd3, 0x11, 0x8c, 0xd1, 0x00, 0xc0, 0x4f, 0x8e, 0xdb, 0x8a];

export function isWave64(bytes: Uint8Array, at = 0): boolean {
  return hasBytes(bytes, at, RIFF_GUID);
}

/** Bytes of the chunk at `at`, whose head must be there; at least its head. */
export function wave64ChunkBytes(bytes: Uint8Array, at: number): number {
  const size = Number(viewOf(bytes).getBigUint64(at + 16, true));
  return Math.max(WAVE64_CHUNK_HEAD_BYTES, Math.ceil(size / 8) * 8);
}

/** The head of the file, then chunks. */
export const wave64Unit: UnitLength = (bytes, at) => {
  if (bytes.length < at + WAVE64_CHUNK_HEAD_BYTES) return 'short';
  if (isWave64(bytes, at)) return WAVE64_HEAD_BYTES;
  if (!hasBytes(bytes, at + 4, GUID_TAIL)) return undefined;
  const length = wave64ChunkBytes(bytes, at);
  const isUnknown = length <= WAVE64_CHUNK_HEAD_BYTES || length >= 2 ** 62;
  if (hasText(bytes, at, 'data') && isUnknown) return Infinity;
  return length;
};
