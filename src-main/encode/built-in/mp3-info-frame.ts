import { MPEG1_SAMPLE_RATES, mp3Kilobits } from '../../audio/mpeg-rates.ts';

/**
 * The first frame of an MP3, which gives players its length and the padding at both ends: the `Info` header with LAME's
 * extension (gabriel.mp3-tech.org/mp3infotag.html). It decodes to silence.
 */
export interface Mp3Length {
  /** Audio frames, without this one. */
  readonly frames: number;
  /** Bytes of the file, this frame included. */
  readonly bytes: number;
  /** Samples of the source, at the file's rate. */
  readonly samples: number;
}

/** The delay that LAME adds before the first sample. */
const ENCODER_DELAY_SAMPLES = 576;
export const MP3_HEADER_BYTES = 4;
/** `Info`, flags, frames, bytes, 100 entries of the table of contents, LAME's 36 bytes. */
const INFO_BYTES = 4 + 4 + 4 + 4 + 100 + 36;

/** @param firstFrame any audio frame of the file, whose kind this one copies. */
export function mp3InfoFrame(firstFrame: Uint8Array, length: Mp3Length): Uint8Array {
  const [version = 0, rateBits = 0, modeBits = 0] = firstFrame.subarray(1, 4);
  const isMpeg1 = (version & 0x08) !== 0;
  const isMono = modeBits >> 6 === 3;
  const sampleRate = (MPEG1_SAMPLE_RATES[(rateBits >> 2) & 3] ?? 44_100) / (isMpeg1 ? 1 : 2);
  const samplesPerFrame = isMpeg1 ? 1152 : 576;
  const sideBytes = isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  const infoOffset = MP3_HEADER_BYTES + sideBytes;

  const kilobits = mp3Kilobits(isMpeg1 ? 1 : 2);
  const sizeOf = (rate: number) => Math.floor(((samplesPerFrame / 8) * rate * 1000) / sampleRate);
  const bitRateIndex = kilobits.findIndex((rate) => sizeOf(rate) >= infoOffset + INFO_BYTES);
  const frame = new Uint8Array(sizeOf(kilobits[bitRateIndex] ?? 0));
  const view = new DataView(frame.buffer);

  // The same version and layer without a checksum; the same rate without padding; the same channels.
  frame.set([0xff, version | 0x01, (bitRateIndex << 4) | (rateBits & 0x0c), modeBits]);
  frame.set(new TextEncoder().encode('Info'), infoOffset);
  // Frames, bytes and table of contents follow.
  view.setUint32(infoOffset + 4, 0b0111);
  view.setUint32(infoOffset + 8, length.frames);
  view.setUint32(infoOffset + 12, length.bytes);
  for (let entry = 0; entry < 100; entry++) frame[infoOffset + 16 + entry] = Math.floor((entry * 256) / 100);

  const lame = infoOffset + 116;
  frame.set(new TextEncoder().encode('LAME3.100'), lame);
  // Tag revision 0, constant bit rate.
  frame[lame + 9] = 0x01;
  const actualKilobits = kilobits[firstFrame[2] === undefined ? 0 : firstFrame[2] >> 4] ?? 0;
  frame[lame + 20] = Math.min(actualKilobits, 255);
  const padding = length.frames * samplesPerFrame - ENCODER_DELAY_SAMPLES - length.samples;
  const clampedPadding = Math.min(Math.max(padding, 0), 0xfff);
  frame[lame + 21] = ENCODER_DELAY_SAMPLES >> 4;
  frame[lame + 22] = ((ENCODER_DELAY_SAMPLES & 0x0f) << 4) | (clampedPadding >> 8);
  frame[lame + 23] = clampedPadding & 0xff;
  view.setUint32(lame + 28, length.bytes);
  view.setUint16(lame + 34, crc16(frame.subarray(0, lame + 34)));
  return frame;
}

/** CRC-16 as LAME computes it: polynomial 0x8005, reflected, from zero. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}
