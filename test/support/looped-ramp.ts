import { open, rm } from 'node:fs/promises';
import { indexAt, writeIndexRamp } from './index-ramp.ts';

const RATE = 48_000;
const FRAME_BYTES = 4;
/** The ramp counts to 2^24, which is less than six minutes. */
const LOOP_SECONDS = 300;
const LOOP_FRAMES = LOOP_SECONDS * RATE;

/** The index ramp over and over: raw 48 kHz stereo, a second of silence before and after. */
export async function writeLoopedRamp(path: string, seconds: number): Promise<void> {
  const once = `${path}.once`;
  await writeIndexRamp(once, LOOP_SECONDS);
  const source = await open(once);
  const loop = Buffer.alloc(LOOP_FRAMES * FRAME_BYTES);
  await source.read(loop, 0, loop.length, RATE * FRAME_BYTES);
  await source.close();
  await rm(once);
  const silence = Buffer.alloc(RATE * FRAME_BYTES);
  const file = await open(path, 'w');
  await file.write(silence);
  for (let left = seconds; left > 0; left -= LOOP_SECONDS)
    await file.write(loop.subarray(0, Math.min(left, LOOP_SECONDS) * RATE * FRAME_BYTES));
  await file.write(silence);
  await file.close();
}

/** Follows the looped ramp through pieces of any size, from its first frame on. */
export function createLoopReader() {
  let rest: Buffer = Buffer.alloc(0);
  let expected: number | undefined;
  let heard = 0;
  let breaks = 0;
  return {
    read(piece: Buffer): void {
      const bytes = Buffer.concat([rest, piece]);
      // The last one waits for the one behind it.
      const frames = Math.max(0, Math.floor(bytes.length / FRAME_BYTES) - 1);
      for (let frame = 0; frame < frames; frame += 1) {
        const index = indexAt(bytes, frame);
        // Silence looks like the first frame.
        if (index === undefined || (index === 0 && indexAt(bytes, frame + 1) !== 1)) continue;
        if (expected !== undefined && index !== expected) breaks += 1;
        expected = (index + 1) % LOOP_FRAMES;
        heard += 1;
      }
      rest = bytes.subarray(frames * FRAME_BYTES);
    },
    /** Frames that carried an index. */
    get heard() {
      return heard;
    },
    /** How often an index did not follow the one before. */
    get breaks() {
      return breaks;
    },
  };
}
