import { expect, test } from 'vitest';
import {
  createClipLight,
  createPeakHold,
  toDecibels,
  toScale,
} from '../../../src-renderer/components/meter/peak-hold.ts';

test('a peak can be read for a while and then falls to the level', () => {
  const hold = createPeakHold();
  expect(hold(-6, 0)).toBe(-6);
  expect(hold(-40, 1000)).toBe(-6);
  expect(hold(-40, 2000)).toBeCloseTo(-16);
  expect(hold(-40, 9000)).toBe(-40);
});

test('a single clipped moment stays lit long enough to be seen', () => {
  const light = createClipLight();
  expect(light(false, 0)).toBe(false);
  expect(light(true, 100)).toBe(true);
  expect(light(false, 2000)).toBe(true);
  expect(light(false, 5000)).toBe(false);
});

test('the scale runs from silence to full scale', () => {
  expect(toScale(toDecibels(0))).toBe(0);
  expect(toScale(toDecibels(1))).toBe(1);
  expect(toScale(toDecibels(0.001))).toBe(0);
});
