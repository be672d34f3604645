import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createMutedStretches,
  MAX_LISTED_MUTED,
  type MutedStretches,
} from '../../../src-main/session/muted-stretches.ts';

const OPTIONS = { frameBytes: 4, leastFrames: 30, noteFrames: 100 };

/** Stereo; a frame with sound has it in one byte only. */
function pcm(frames: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(frames.length * OPTIONS.frameBytes);
  frames.forEach((sound, frame) => (bytes[frame * OPTIONS.frameBytes + (frame % 4)] = sound ? 1 : 0));
  return bytes;
}
const zeros = (frames: number): boolean[] => Array.from({ length: frames }, () => false);
const sound = (frames: number): boolean[] => Array.from({ length: frames }, () => true);

/** What is true of frames one by one: stretches as [start, frames]. */
function stretchesIn(frames: readonly ('sound' | 'zero' | 'gap')[]): number[][] {
  const found: number[][] = [];
  let start = 0;
  for (let at = 0; at <= frames.length; at++) {
    if (frames[at] === 'zero') continue;
    if (at - start >= OPTIONS.leastFrames) found.push([start, at - start]);
    start = at + 1;
  }
  return found;
}

const listed = (muted: MutedStretches): number[][] =>
  muted.listed.map(({ start_frame, frames }) => [start_frame, frames]);

test('zeros are found to the frame, whatever chunks they come in and whatever gaps lie between', () => {
  const piece = fc.record({
    kind: fc.constantFrom('sound', 'zero', 'zero', 'gap' as const),
    frames: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 20, max: 90 })),
  });
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 }),
      (pieces, chunkFrames) => {
        const all = pieces.flatMap(({ kind, frames }) => Array.from({ length: frames }, () => kind));
        const muted = createMutedStretches(OPTIONS);
        for (let at = 0, chunk = 0; at < all.length; chunk++) {
          const isGap = all[at] === 'gap';
          let end = at;
          const most = at + chunkFrames[chunk % chunkFrames.length]!;
          while (end < Math.min(most, all.length) && (all[end] === 'gap') === isGap) end++;
          if (isGap) muted.interrupt();
          else muted.observe(pcm(all.slice(at, end).map((kind) => kind === 'sound')), at);
          at = end;
        }
        expect(listed(muted)).toEqual(stretchesIn(all));
      },
    ),
  );
});

test('what a disk did not take is taken back, and a stretch goes on from there in the next part', () => {
  const before = createMutedStretches(OPTIONS);
  before.observe(pcm([...sound(10), ...zeros(100)]), 0);
  before.cutBack(50);
  expect(listed(before)).toEqual([[10, 40]]);
  expect(before.zeroFrames).toBe(40);
  const next = createMutedStretches(OPTIONS);
  next.carryOn(before.zeroFrames);
  next.observe(pcm([...zeros(60), ...sound(5)]), 0);
  expect(listed(next)).toEqual([[0, 60]]);
});

test('cut back into a stretch that had ended, what is put in its place may make it longer', () => {
  const muted = createMutedStretches(OPTIONS);
  muted.observe(pcm([...zeros(60), ...sound(10), ...zeros(5)]), 0);
  muted.cutBack(40);
  muted.observe(pcm(zeros(10)), 40);
  expect(listed(muted)).toEqual([[0, 50]]);
  muted.cutBack(0);
  expect(listed(muted)).toEqual([]);
  expect(muted.zeroFrames).toBe(0);
});

test('a stretch counts over the end of a part; in the later one it begins with the first frame', () => {
  const earlier = createMutedStretches(OPTIONS);
  earlier.observe(pcm([...sound(1), ...zeros(20)]), 0);
  const later = createMutedStretches(OPTIONS);
  later.carryOn(earlier.zeroFrames);
  later.observe(pcm(zeros(9)), 0);
  expect(listed(later)).toEqual([]);
  later.observe(pcm(zeros(1)), 9);
  expect(listed(later)).toEqual([[0, 10]]);
  const interrupted = createMutedStretches(OPTIONS);
  interrupted.carryOn(20);
  interrupted.interrupt();
  interrupted.observe(pcm(zeros(29)), 0);
  expect(listed(interrupted)).toEqual([]);
});

test('it is news that a stretch is long enough, that it ends, and now and then that it goes on', () => {
  const muted = createMutedStretches(OPTIONS);
  let at = 0;
  const isNewsAfter = (frames: boolean[]): boolean => {
    muted.observe(pcm(frames), at);
    at += frames.length;
    const { isNews } = muted;
    if (isNews) muted.noted();
    return isNews;
  };
  expect(isNewsAfter(zeros(29))).toBe(false);
  expect(isNewsAfter(zeros(1))).toBe(true);
  expect(isNewsAfter(zeros(99))).toBe(false);
  expect(isNewsAfter(zeros(1))).toBe(true);
  expect(isNewsAfter(zeros(10))).toBe(false);
  expect(isNewsAfter(sound(10))).toBe(true);
  expect(isNewsAfter([...zeros(29), ...sound(1)])).toBe(false);
});

test('a microphone that comes and goes all day is listed a thousand times and then counted', () => {
  const muted = createMutedStretches(OPTIONS);
  for (let index = 0; index < 1500; index++) muted.observe(pcm([...zeros(40), ...sound(1)]), index * 41);
  expect(muted.listed).toHaveLength(MAX_LISTED_MUTED);
  expect(muted.unlisted).toEqual({ stretches: 500, frames: 500 * 40 });
});
