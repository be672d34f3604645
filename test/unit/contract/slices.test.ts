import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flatMapInSlices, SLICE_ITEMS, sortInSlices } from '../../../src-main/contract/slices.ts';

const noPause = (): Promise<void> => Promise.resolve();

test('a long list is worked through a slice at a time, each item once and in order', async () => {
  const items = Array.from({ length: 10 * SLICE_ITEMS + 1 }, (_, index) => index);
  const sinceThePause: number[] = [0];
  const pause = (): Promise<void> => {
    sinceThePause.push(0);
    return Promise.resolve();
  };
  const results = await flatMapInSlices(items, pause, (item, index) => {
    sinceThePause[sinceThePause.length - 1]!++;
    return item % 3 === 0 ? [] : [item, index];
  });
  expect(results).toEqual(items.flatMap((item) => (item % 3 === 0 ? [] : [item, item])));
  expect(sinceThePause).toEqual([...Array.from({ length: 10 }, () => SLICE_ITEMS), 1]);
});

test('a long list is sorted as the engine sorts it, equals in their order, with pauses between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3000 }), async (keys) => {
      const items = keys.map((key, index) => ({ key, index }));
      const compare = (a: { key: number }, b: { key: number }): number => a.key - b.key;
      expect(await sortInSlices(items, noPause, compare)).toEqual(items.toSorted(compare));
    }),
    { numRuns: 50 },
  );
  let [pauses, sinceThePause, most] = [0, 0, 0];
  const pause = (): Promise<void> => {
    pauses++;
    sinceThePause = 0;
    return Promise.resolve();
  };
  const backwards = Array.from({ length: 40_000 }, (_, index) => 40_000 - index);
  const sorted = await sortInSlices(backwards, pause, (a, b) => {
    most = Math.max(most, ++sinceThePause);
    return a - b;
  });
  expect(sorted).toEqual(backwards.toReversed());
  expect(pauses).toBeGreaterThan(80);
  // Merging two sorted halves takes fewer comparisons than there are items.
  expect(most).toBeLessThan(2 * 40_000);
});
