import { viewOf } from '../audio/riff.ts';
import { EXTENSIBLE_TAG } from '../audio/wave-format.ts';
import type { AudioFormat, Encoding } from '../contract/audio-format.ts';
import { hasText } from './byte-reading.ts';
import { isWave64, WAVE64_CHUNK_HEAD_BYTES, WAVE64_HEAD_BYTES, wave64ChunkBytes } from './foreign-wave64.ts';

/** Format tags of the `fmt ` chunk. */
const WAVE_TAGS: Record<Encoding, number> = { pcm_s16le: 1, pcm_f32le: 3, mulaw: 7 };
const WAVE_BITS: Record<Encoding, number> = { pcm_s16le: 16, pcm_f32le: 32, mulaw: 8 };

/** True where the header of a WAV, RF64, BW64 or Wave64 file describes this format, or nothing that could be read. */
export function isSameWave(bytes: Uint8Array, { encoding, sampleRate, channels }: AudioFormat): boolean {
  const at = isWave64(bytes)
    ? wave64FormatAt(bytes)
    : ['RIFF', 'RF64', 'BW64'].some((id) => hasText(bytes, 0, id))
      ? riffFormatAt(bytes)
      : undefined;
  if (at === undefined) return false;
  if (at + 16 > bytes.length) return true;
  const view = viewOf(bytes);
  const tag = view.getUint16(at, true);
  return (
    (tag === WAVE_TAGS[encoding] || tag === EXTENSIBLE_TAG) &&
    view.getUint16(at + 2, true) === channels &&
    view.getUint32(at + 4, true) === sampleRate &&
    view.getUint16(at + 14, true) === WAVE_BITS[encoding]
  );
}

/** Where what the `fmt ` chunk holds begins, or beyond the end. */
function riffFormatAt(bytes: Uint8Array): number {
  let at = 12;
  while (at + 8 <= bytes.length && !hasText(bytes, at, 'fmt ')) {
    const size = viewOf(bytes).getUint32(at + 4, true);
    at += 8 + size + (size % 2);
  }
  return at + 8;
}

function wave64FormatAt(bytes: Uint8Array): number {
  let at = WAVE64_HEAD_BYTES;
  while (at + WAVE64_CHUNK_HEAD_BYTES <= bytes.length && !hasText(bytes, at, 'fmt '))
    at += wave64ChunkBytes(bytes, at);
  return at + WAVE64_CHUNK_HEAD_BYTES;
}
