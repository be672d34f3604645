import { CHUNK_HEAD_BYTES } from '../audio/riff.ts';
import { encodeCueChunks, type CuePoint } from './cue-chunks.ts';

const CUE_POINT_BYTES = 24;

/**
 * The kind of bytes behind the audio that a header counts. They may also be audio that the header does not count yet,
 * which may begin with any bytes: so only complete cue points, or the beginning of the expected ones, count as cue
 * points.
 */
export type TailKind = 'audio' | 'cue points' | 'half-written cue points';

/** @param expected the cue points that the writer of the file would have written. */
export function judgeTail(tail: Buffer, expected: readonly CuePoint[]): TailKind {
  if (areCuePoints(tail)) return 'cue points';
  const whole = encodeCueChunks(expected);
  const isBegun = tail.length >= CHUNK_HEAD_BYTES && whole.subarray(0, tail.length).equals(tail);
  return isBegun ? 'half-written cue points' : 'audio';
}

/** A `cue ` chunk of as many points as it says, a `LIST` of labels, and nothing after them. */
function areCuePoints(tail: Buffer): boolean {
  if (tail.length < CHUNK_HEAD_BYTES + 4 || tail.toString('latin1', 0, 4) !== 'cue ') return false;
  const cueBytes = tail.readUInt32LE(4);
  if (cueBytes !== 4 + CUE_POINT_BYTES * tail.readUInt32LE(8)) return false;
  const list = CHUNK_HEAD_BYTES + cueBytes;
  if (list === tail.length) return true;
  if (list + CHUNK_HEAD_BYTES + 4 > tail.length) return false;
  return (
    tail.toString('latin1', list, list + 4) === 'LIST' &&
    tail.toString('latin1', list + CHUNK_HEAD_BYTES, list + CHUNK_HEAD_BYTES + 4) === 'adtl' &&
    list + CHUNK_HEAD_BYTES + tail.readUInt32LE(list + 4) === tail.length
  );
}
