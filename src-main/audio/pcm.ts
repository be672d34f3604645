import type { Encoding } from '../contract/audio-format.ts';
import { decodeMulaw } from './mulaw.ts';

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * Samples of little-endian 16-bit PCM, to read. A view where the bytes are aligned and the machine is
 * little-endian; otherwise a copy. The caller must not write to it.
 */
export function samplesOf(pcm: Uint8Array): Int16Array {
  if (LITTLE_ENDIAN && pcm.byteOffset % 2 === 0)
    return new Int16Array(pcm.buffer, pcm.byteOffset, pcm.byteLength >> 1);
  const samples = new Int16Array(pcm.byteLength >> 1);
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  for (let index = 0; index < samples.length; index++) samples[index] = view.getInt16(index * 2, true);
  return samples;
}

/** The same the other way: a view where the machine is little-endian, otherwise a copy. */
export function bytesOf(samples: Int16Array): Uint8Array {
  if (LITTLE_ENDIAN) return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  const pcm = new Uint8Array(samples.length * 2);
  const view = new DataView(pcm.buffer);
  samples.forEach((sample, index) => view.setInt16(index * 2, sample, true));
  return pcm;
}

/** Samples of little-endian 32-bit float, to read: a view where it can be one, otherwise a copy. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  if (LITTLE_ENDIAN && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength >> 2 }, (_, index) => view.getFloat32(index * 4, true));
}

/** Samples of little-endian 32-bit float times `gain`, in a new buffer. */
export function scaleFloats(bytes: Uint8Array, gain: number): Uint8Array {
  const scaled = new Uint8Array(bytes.byteLength & ~3);
  const view = new DataView(scaled.buffer);
  floatsOf(bytes).forEach((sample, index) => view.setFloat32(index * 4, sample * gain, true));
  return scaled;
}

/** 32-bit float, nominally -1 to 1, to int16: scaled by 32768 so that int16 survives a round trip; NaN is 0. */
function decodeFloat(bytes: Uint8Array): Uint8Array {
  const count = bytes.byteLength >> 2;
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pcm = new Uint8Array(count * 2);
  const target = new DataView(pcm.buffer);
  for (let index = 0; index < count; index++) {
    const scaled = Math.round(source.getFloat32(index * 4, true) * 32768);
    target.setInt16(index * 2, Number.isNaN(scaled) ? 0 : Math.max(-32768, Math.min(32767, scaled)), true);
  }
  return pcm;
}

/**
 * Wire samples to signed 16-bit little-endian ones, same rate and channels.
 * @param bytes whole samples in `encoding`.
 * @returns the same bytes for pcm_s16le, otherwise a new buffer.
 */
export function decodeToPcm16(encoding: Encoding, bytes: Uint8Array): Uint8Array {
  switch (encoding) {
    case 'pcm_s16le':
      return bytes;
    case 'mulaw':
      return decodeMulaw(bytes);
    case 'pcm_f32le':
      return decodeFloat(bytes);
  }
}
