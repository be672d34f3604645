import { MPEG1_SAMPLE_RATES, MPEG_KILOBITS } from '../audio/mpeg-rates.ts';
import { hasText } from './byte-reading.ts';
import type { UnitLength } from './foreign-units.ts';

/** ID3 tags and frames of MPEG audio. */
export const mpegUnit: UnitLength = (bytes, at) => {
  if (hasText(bytes, at, 'ID3')) return isId3(bytes, at) ? 10 + id3Size(bytes, at) : undefined;
  if (hasText(bytes, at, 'TAG')) return 128;
  if (bytes[at] !== 0xff) return undefined;
  const [second, third] = [bytes[at + 1], bytes[at + 2]];
  if (second === undefined || third === undefined) return 'short';
  const version = (second >> 3) & 3;
  const layer = 4 - ((second >> 1) & 3);
  const sampleRate = MPEG1_SAMPLE_RATES[(third >> 2) & 3];
  if (second < 0xe0 || version === 1 || layer === 4 || sampleRate === undefined) return undefined;
  const kilobits = MPEG_KILOBITS[version === 3 ? 1 : 2][layer - 1]?.[third >> 4];
  // Without a bit rate the length cannot be told.
  if (kilobits === undefined || kilobits === 0) return undefined;
  const rate = sampleRate / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const padding = (third >> 1) & 1;
  if (layer === 1) return (Math.floor((12_000 * kilobits) / rate) + padding) * 4;
  const slots = layer === 3 && version !== 3 ? 72_000 : 144_000;
  return Math.floor((slots * kilobits) / rate) + padding;
};

/** Frames of AAC as they are broadcast (ISO/IEC 14496-3, 1.A.3.2). */
export const adtsUnit: UnitLength = (bytes, at) => {
  if (bytes[at] !== 0xff) return undefined;
  if (bytes.length < at + 7) return 'short';
  const byte = (index: number): number => bytes[at + index] ?? 0;
  if ((byte(1) & 0xf6) !== 0xf0 || ((byte(2) >> 2) & 15) > 12) return undefined;
  const length = ((byte(3) & 3) << 11) | (byte(4) << 3) | (byte(5) >> 5);
  return length > 7 ? length : undefined;
};

/** An ID3v2 tag (id3.org/id3v2.4.0-structure, 3.1): its four bytes of size never have the highest bit. */
export function isId3(bytes: Uint8Array, at = 0): boolean {
  if (!hasText(bytes, at, 'ID3') || bytes.length < at + 10) return false;
  const [version = 0, revision = 0, flags = 0, ...size] = bytes.subarray(at + 3, at + 10);
  return (
    version >= 2 && version <= 4 && revision < 0xff && (flags & 15) === 0 && size.every((byte) => byte < 0x80)
  );
}

function id3Size(bytes: Uint8Array, at: number): number {
  return bytes.subarray(at + 6, at + 10).reduce((size, byte) => size * 128 + byte, 0);
}

/** Frames in a row that are no accident: each begins with a dozen bits that samples may have as well. */
const SURE_FRAMES = 3;

/** True where frames follow each other from the beginning on, and are not one pattern that repeats as a tone does. */
export function isRowOfFrames(bytes: Uint8Array, unitLength: UnitLength): boolean {
  let at = 0;
  for (let frame = 0; frame < SURE_FRAMES; frame++) {
    const length = unitLength(bytes, at);
    if (typeof length !== 'number' || at + length > bytes.length) return false;
    at += length;
  }
  return !isPeriodic(bytes.subarray(0, at));
}

/** True for a pattern of 2, 4 or 8 bytes that repeats, as a steady tone's samples do. */
export function isPeriodic(bytes: Uint8Array): boolean {
  return [2, 4, 8].some((period) =>
    bytes.every((byte, index) => index < period || byte === bytes[index - period]),
  );
}
