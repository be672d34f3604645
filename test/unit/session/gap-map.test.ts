import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Side } from '../../../src-main/contract/audio-format.ts';
import { createGapMap, MAX_LISTED_GAPS } from '../../../src-main/session/gap-map.ts';

const TRACKS: readonly Side[] = ['user', 'assistant'];

test('a storm of gaps is listed up to a thousand; the rest is counted, and no frame is forgotten', () => {
  const map = createGapMap();
  for (let index = 0; index < 5000; index++) {
    map.settle('user', index * 10);
    map.addSilence('user', index * 10, 3, 'missing_chunks');
  }
  expect(map.listed).toHaveLength(MAX_LISTED_GAPS);
  expect(map.listed.at(-1)).toMatchObject({ start_frame: (MAX_LISTED_GAPS - 1) * 10, frames: 3 });
  expect(map.unlisted('user')).toEqual({ gaps: 4000, frames: 12_000 });
  expect(map.unlisted('assistant')).toBeUndefined();
});

test('silence that goes on is one gap, whatever came of the other track meanwhile', () => {
  const map = createGapMap();
  map.addSilence('user', 100, 10, 'disconnected');
  map.addSilence('assistant', 50, 5, 'disconnected');
  map.addSilence('user', 110, 20, 'disconnected');
  map.addSilence('user', 130, 20, 'suspended');
  expect(map.listed.map(({ track, frames }) => [track, frames])).toEqual([
    ['user', 30],
    ['assistant', 5],
    ['user', 20],
  ]);
});

/** Frame by frame: true where a track is silent. */
type Reference = Record<Side, boolean[]>;

test('audio and silence in any order, cut back to what a disk took, leave the count of silence exact', () => {
  const step = fc.record({
    track: fc.constantFrom(...TRACKS),
    kind: fc.constantFrom('audio', 'silence', 'silence', 'jump'),
    frames: fc.integer({ min: 1, max: 3 }),
    written: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1200, maxLength: 2600, size: 'max' }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (steps, cutAt) => {
        const map = createGapMap();
        const silent: Reference = { user: [], assistant: [] };
        const settled: Record<Side, number> = { user: 0, assistant: 0 };
        const jumped: Record<Side, number> = { user: 0, assistant: 0 };
        for (const { track, kind, frames, written } of steps) {
          const position = silent[track].length;
          settled[track] += Math.floor((position - settled[track]) * written);
          map.settle(track, settled[track]);
          if (kind === 'silence') map.addSilence(track, position, frames, 'missing_chunks');
          if (kind === 'jump') {
            map.addJump(track, position, frames, 'missing_chunks');
            jumped[track] += frames;
          } else for (let frame = 0; frame < frames; frame++) silent[track].push(kind === 'silence');
        }
        for (const track of TRACKS) {
          const cut = settled[track] + Math.floor((silent[track].length - settled[track]) * cutAt);
          const lost = silent[track].splice(cut);
          expect(map.cutBack(track, cut)).toBe(lost.filter(Boolean).length);
        }
        expect(map.listed.length).toBeLessThanOrEqual(MAX_LISTED_GAPS);
        for (const track of TRACKS) {
          const listed = map.listed
            .filter((gap) => gap.track === track)
            .reduce((sum, { frames }) => sum + frames, 0);
          expect(listed + (map.unlisted(track)?.frames ?? 0)).toBe(
            silent[track].filter(Boolean).length + jumped[track],
          );
        }
      },
    ),
    { numRuns: 30 },
  );
});
