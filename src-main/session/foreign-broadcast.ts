import { viewOf } from '../audio/riff.ts';
import { hasBytes } from './byte-reading.ts';
import { isPeriodic } from './foreign-frames.ts';
import type { UnitLength } from './foreign-units.ts';

const ASF_HEADER = [
  0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, 0xa6, 0xd9, 0x00, 0xaa, 0x00, 0x62, 0xce, 0x6c,
];
const ASF_DATA = [0x36, ...ASF_HEADER.slice(1)];
const ASF_INDEXES = [
  [0x90, 0x08, 0x00, 0x33, 0xb1, 0xe5, 0xcf, 0x11, 0x89, 0xf4, 0x00, 0xa0, 0xc9, 0x03, 0x49, 0xcb],
  [0xd3, 0x29, 0xe2, 0xd6, 0xda, 0x35, 0xd1, 0x11, 0x90, 0x34, 0x00, 0xa0, 0xc9, 0x03, 0x49, 0xbe],
];
/** Of an object, its GUID and its size. */
const ASF_OBJECT_HEAD_BYTES = 24;

export function isAsf(bytes: Uint8Array): boolean {
  return hasBytes(bytes, 0, ASF_HEADER);
}

/** Objects of a file of Windows Media (Advanced Systems Format, 2 and 10.1). */
export const asfUnit: UnitLength = (bytes, at) => {
  if (bytes.length < at + ASF_OBJECT_HEAD_BYTES) return 'short';
  if (![ASF_HEADER, ASF_DATA, ...ASF_INDEXES].some((guid) => hasBytes(bytes, at, guid))) return undefined;
  const size = Number(viewOf(bytes).getBigUint64(at + 16, true));
  // A live recording does not know the size of its data.
  if (hasBytes(bytes, at, ASF_DATA) && (size <= 50 || size >= 2 ** 62)) return Infinity;
  return size >= ASF_OBJECT_HEAD_BYTES ? size : undefined;
};

/** Kilobits a second by half of the code for the frame's size (ETSI TS 102 366, table 4.13). */
const AC3_BIT_RATES = [
  32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
];
const AC3_SAMPLE_RATES = [48_000, 44_100, 32_000];
const AC3_FRAME_SAMPLES = 1536;
const EAC3_ID = 16;

/** Frames of AC-3 and of E-AC-3 (ETSI TS 102 366, 4.4.1 and E.1.3.1). */
export const ac3Unit: UnitLength = (bytes, at) => {
  if (bytes[at] !== 0x0b) return undefined;
  if (bytes.length < at + 6) return 'short';
  const byte = (index: number): number => bytes[at + index] ?? 0;
  if (byte(1) !== 0x77) return undefined;
  const id = byte(5) >> 3;
  if (id === EAC3_ID) return 2 * ((((byte(2) & 7) << 8) | byte(3)) + 1);
  const sampleRate = AC3_SAMPLE_RATES[byte(4) >> 6];
  const sizeCode = byte(4) & 63;
  const kilobits = AC3_BIT_RATES[sizeCode >> 1];
  if (id > 8 || sampleRate === undefined || kilobits === undefined) return undefined;
  // In words of 16 bits; at 44.1 kHz every other frame has one more.
  const words = Math.floor((kilobits * 1000 * AC3_FRAME_SAMPLES) / sampleRate / 16);
  return 2 * (words + (sampleRate === 44_100 ? sizeCode & 1 : 0));
};

/** True where a whole frame comes first and its check sum is right: 16 more bits of evidence. */
export function isAc3(bytes: Uint8Array): boolean {
  const length = ac3Unit(bytes, 0);
  if (typeof length !== 'number' || length < 16 || bytes.length < length) return false;
  const frame = bytes.subarray(0, length);
  return crc16(frame.subarray(2)) === 0 && !isPeriodic(frame);
}

/** With the polynomial 0x8005; 0 over what ends with its own sum. */
function crc16(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) sum = ((sum << 1) ^ (sum & 0x8000 ? 0x8005 : 0)) & 0xffff;
  }
  return sum;
}

const PACKET_BYTES = 188;
/** Packets that a row begins with at least. */
const SURE_PACKETS = 5;

/**
 * Packets of an MPEG transport stream (ISO/IEC 13818-1, 2.4.3.2): no error, not scrambled, and followed by another one.
 */
export const transportUnit: UnitLength = (bytes, at) => {
  if (bytes[at] !== 0x47) return undefined;
  if (bytes.length < at + 4) return 'short';
  const [second = 0, , fourth = 0] = bytes.subarray(at + 1, at + 4);
  if ((second & 0x80) !== 0 || (fourth & 0xc0) !== 0 || (fourth & 0x30) === 0) return undefined;
  return (bytes[at + PACKET_BYTES] ?? 0x47) === 0x47 ? PACKET_BYTES : undefined;
};

/**
 * True where packets follow each other from the beginning, and the counters of one stream increase. A tone whose period
 * fits 188 bytes repeats the same bytes, but does not count.
 */
export function isTransportStream(bytes: Uint8Array): boolean {
  const counts = new Map<number, number>();
  let counted = 0;
  let packets = 0;
  for (let at = 0; at + PACKET_BYTES <= bytes.length; at += PACKET_BYTES, packets++) {
    if (typeof transportUnit(bytes, at) !== 'number') return false;
    const [second = 0, third = 0, fourth = 0] = bytes.subarray(at + 1, at + 4);
    const stream = ((second & 0x1f) << 8) | third;
    const count = fourth & 15;
    const before = counts.get(stream);
    // Only packets with a payload count; packets that only pad a stream do not.
    if (stream === 0x1fff || (fourth & 0x10) === 0) continue;
    if (before !== undefined && count === (before + 1) % 16) counted++;
    else if (before !== undefined) return false;
    counts.set(stream, count);
  }
  return packets >= SURE_PACKETS && counted >= 2;
}
