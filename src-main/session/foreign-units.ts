import { viewOf } from '../audio/riff.ts';
import { hasText } from './byte-reading.ts';

/**
 * Length in bytes of the piece of a container's stream that begins at `at`, which may lie beyond the end of `bytes`;
 * Infinity where it has no end. `short` where more bytes are needed to tell. Undefined where no such piece begins there.
 */
export type UnitLength = (bytes: Uint8Array, at: number) => number | 'short' | undefined;

/** Elements that may stand where a block is expected, or around it (RFC 8794; RFC 9559, 5). */
const MATROSKA_ELEMENTS: ReadonlySet<number> = new Set([
  0x1a45dfa3, 0x18538067, 0x114d9b74, 0x1549a966, 0x1654ae6b, 0x1f43b675, 0x1c53bb6b, 0x1254c367, 0x1941a469,
  0x1043a770, 0xec, 0xbf, 0xe7, 0xa3, 0xa0, 0xab, 0xa7,
]);
const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const SIMPLE_BLOCK = 0xa3;
/** Elements that hold one number, of 8 bytes at most. */
const NUMBERS: ReadonlySet<number> = new Set([0xbf, 0xe7, 0xab, 0xa7]);

/** Elements, where those that hold others count for their heads alone. */
export const matroskaUnit: UnitLength = (bytes, at) => {
  const idBytes = Math.clz32(bytes[at] ?? 0) - 23;
  if (idBytes > 4) return undefined;
  const sizeAt = at + idBytes;
  const first = bytes[sizeAt];
  if (first === undefined) return 'short';
  let id = 0;
  for (let index = at; index < sizeAt; index++) id = id * 256 + (bytes[index] ?? 0);
  const sizeBytes = Math.clz32(first) - 23;
  if (!MATROSKA_ELEMENTS.has(id) || sizeBytes > 8) return undefined;
  const dataAt = sizeAt + sizeBytes;
  if (id === SEGMENT || id === CLUSTER) return dataAt - at;
  if (bytes.length < dataAt) return 'short';
  let size = first - 2 ** (8 - sizeBytes);
  for (let index = sizeAt + 1; index < dataAt; index++) size = size * 256 + (bytes[index] ?? 0);
  if (size === 2 ** (7 * sizeBytes) - 1 || (NUMBERS.has(id) && size > 8)) return undefined;
  if (id !== SIMPLE_BLOCK) return dataAt - at + size;
  // Its track comes first, as a number of one byte in whatever is recorded live.
  const track = bytes[dataAt];
  if (track === undefined) return 'short';
  return size > 4 && track > 0x80 && track <= 0x8f ? dataAt - at + size : undefined;
};

const OGG_HEADER_BYTES = 27;

/** Pages (RFC 3533, 6). */
export const oggUnit: UnitLength = (bytes, at) => {
  const known = Math.min(5, bytes.length - at);
  if (!hasText(bytes, at, 'OggS\0'.slice(0, known))) return undefined;
  const segments = bytes[at + OGG_HEADER_BYTES - 1];
  const dataAt = at + OGG_HEADER_BYTES + (segments ?? 0);
  if (segments === undefined || bytes.length < dataAt) return 'short';
  let length = dataAt - at;
  for (let index = at + OGG_HEADER_BYTES; index < dataAt; index++) length += bytes[index] ?? 0;
  return length;
};

const MP4_BOXES = new Set(
  'ftyp styp moov moof mdat free skip wide sidx ssix mfra uuid emsg prft meta pdin udta'.split(' '),
);

/** Boxes (ISO/IEC 14496-12, 4.2). */
export const mp4Unit: UnitLength = (bytes, at) => {
  if (bytes.length < at + 8) return bytes[at] === 0 ? 'short' : undefined;
  const view = viewOf(bytes);
  if (![...MP4_BOXES].some((type) => hasText(bytes, at + 4, type))) return undefined;
  const size = view.getUint32(at);
  if (size === 0) return Infinity;
  if (size !== 1) return size >= 8 ? size : undefined;
  return bytes.length < at + 16 ? 'short' : Number(view.getBigUint64(at + 8));
};

/** Chunks that files in the WAVE family are made of. */
const WAVE_CHUNKS = new Set(
  ['fmt ', 'fact', 'LIST', 'JUNK', 'bext', 'ds64', 'cue ', 'smpl', 'inst', 'iXML', 'PEAK', 'id3 '].concat(
    'data',
  ),
);
/** From here on a size stands for one that was not known when it was written. */
const UNKNOWN_SIZE = 0x7fff_f000;

/** The head of the file, then chunks. */
export const waveUnit: UnitLength = (bytes, at) => {
  if (bytes.length < at + 8) return 'short';
  if (isWave(bytes, at)) return 12;
  if (![...WAVE_CHUNKS].some((id) => hasText(bytes, at, id))) return undefined;
  const size = viewOf(bytes).getUint32(at + 4, true);
  if (hasText(bytes, at, 'ds64')) {
    if (bytes.length < at + 16) return 'short';
    // It says how long the file is from here on, as the size that stands with the samples does not (EBU Tech 3306, 3.5).
    const fileBytes = 8 + Number(viewOf(bytes).getBigUint64(at + 8, true));
    if (fileBytes > 12 + 8 + size && fileBytes < 2 ** 62) return fileBytes - 12;
  }
  if (hasText(bytes, at, 'data') && (size === 0 || size >= UNKNOWN_SIZE)) return Infinity;
  return 8 + size + (size % 2);
};

export function isWave(bytes: Uint8Array, at = 0): boolean {
  return (
    ['RIFF', 'RIFX', 'RF64', 'BW64'].some((id) => hasText(bytes, at, id)) && hasText(bytes, at + 8, 'WAVE')
  );
}

export const aiffUnit: UnitLength = (bytes, at) =>
  hasText(bytes, at, 'FORM') && bytes.length >= at + 8 ? 8 + viewOf(bytes).getUint32(at + 4) : undefined;

export const auUnit: UnitLength = (bytes, at) => {
  if (!hasText(bytes, at, '.snd') || bytes.length < at + 24) return undefined;
  const size = viewOf(bytes).getUint32(at + 8);
  return size >= UNKNOWN_SIZE ? Infinity : viewOf(bytes).getUint32(at + 4) + size;
};

const CAF_CHUNKS = ['desc', 'data', 'kuki', 'pakt', 'chan', 'info', 'free', 'strg', 'uuid', 'mark'];

export const cafUnit: UnitLength = (bytes, at) => {
  if (hasText(bytes, at, 'caff')) return 8;
  if (bytes.length < at + 12) return 'short';
  if (!CAF_CHUNKS.some((id) => hasText(bytes, at, id))) return undefined;
  const size = viewOf(bytes).getBigInt64(at + 4);
  return size < 0n ? Infinity : 12 + Number(size);
};

/** What has no lengths that could be followed. */
export const endlessUnit: UnitLength = () => Infinity;
