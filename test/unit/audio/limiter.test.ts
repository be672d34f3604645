import { describe, expect, test } from 'vitest';
import {
  createLimiter,
  LIMITER_LOOK_AHEAD_SECONDS,
  LIMITER_RELEASE_SECONDS,
  LIMITER_THRESHOLD,
} from '../../../src-main/audio/limiter.ts';
import { createMixer } from '../../../src-main/audio/mix.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';

function limitWhole(sums: Int32Array, shape: { sampleRate: number; channels: number }): number[] {
  const limiter = createLimiter(shape);
  return [...limiter.push(sums), ...limiter.flush()];
}

/** Sums of two loud sides: noise with bursts that reach far over full scale. */
function loudSums(seed: number, frames: number, channels: number): Int32Array {
  const random = seededRandom(seed);
  let level = 0;
  return Int32Array.from({ length: frames * channels }, (_, index) => {
    if (index % 400 === 0) level = random() < 0.3 ? 65_534 : 20_000;
    return Math.round((random() * 2 - 1) * level);
  });
}

const SHAPES = [
  { sampleRate: 8000, channels: 1 },
  { sampleRate: 16_000, channels: 1 },
  { sampleRate: 48_000, channels: 2 },
];

describe('the limiter', () => {
  test.each(SHAPES)(
    'never lets a sample over the threshold, and keeps every frame ($sampleRate Hz)',
    (shape) => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      console.log(`seed ${seed}`);
      const sums = loudSums(seed, shape.sampleRate * 3, shape.channels);
      const output = limitWhole(sums, shape);
      expect(output).toHaveLength(sums.length);
      expect(output.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)).toBeLessThanOrEqual(
        LIMITER_THRESHOLD,
      );
      // It turns down, and does not turn around: the sign of what is audible stays.
      expect(
        sums.every((sum, index) => Math.abs(sum) < 100 || Math.sign(sum) === Math.sign(output[index] ?? 0)),
      ).toBe(true);
    },
  );

  test.each([0, 1, 10, 40, 79])('a peak in frame %i of the stream is already turned down', (frame) => {
    const sums = new Int32Array(200);
    sums[frame] = -65_536;
    expect(limitWhole(sums, { sampleRate: 16_000, channels: 1 })[frame]).toBeGreaterThanOrEqual(
      -LIMITER_THRESHOLD,
    );
  });

  test('changes nothing as long as nothing is over the threshold', () => {
    const sums = Int32Array.from(
      { length: 48_000 },
      (_, index) => ((index * 7919) % (2 * LIMITER_THRESHOLD + 1)) - LIMITER_THRESHOLD,
    );
    expect(limitWhole(sums, { sampleRate: 16_000, channels: 1 })).toEqual([...sums]);
  });

  test('changes only what is near a peak: the look-ahead before it, and until the release is over', () => {
    const sampleRate = 16_000;
    const sums = new Int32Array(sampleRate * 4).fill(12_345);
    const peak = sampleRate;
    sums[peak] = 60_000;
    const output = limitWhole(sums, { sampleRate, channels: 1 });
    const first = output.findIndex((sample, index) => sample !== sums[index]);
    const last = output.findLastIndex((sample, index) => sample !== sums[index]);
    expect(peak - first).toBeLessThanOrEqual(LIMITER_LOOK_AHEAD_SECONDS * sampleRate);
    // From half to all but 2^-16 of full gain: eleven halvings and a little more.
    expect(last - peak).toBeLessThan(LIMITER_RELEASE_SECONDS * sampleRate * Math.log(2 ** 16));
    expect(last - peak).toBeGreaterThan(LIMITER_RELEASE_SECONDS * sampleRate);
    // On the way down and up again without a step that is heard as a click.
    const steps = output.slice(1).map((sample, index) => Math.abs(sample - (output[index] ?? 0)));
    const around = steps.filter((_, index) => index + 1 < peak || index > peak);
    expect(Math.max(...around)).toBeLessThan(12_345 / 50);
  });

  test('gives both channels the same gain, so that a voice does not move', () => {
    const sums = new Int32Array(2 * 4800);
    for (let frame = 0; frame < 4800; frame++) {
      sums[2 * frame] = frame === 2400 ? 58_408 : 20_000;
      sums[2 * frame + 1] = 10_000;
    }
    const output = limitWhole(sums, { sampleRate: 48_000, channels: 2 });
    expect([output[4800], output[4801]]).toEqual([29_204, 5000]);
  });

  test('gives the same however the stream is cut', () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`seed ${seed}`);
    const random = seededRandom(seed);
    const shape = { sampleRate: 8000, channels: 2 };
    const sums = loudSums(seed, 20_000, 2);
    const limiter = createLimiter(shape);
    const pieces: number[] = [];
    for (let at = 0; at < sums.length;) {
      const end = Math.min(sums.length, at + 2 * Math.floor(random() * 300));
      pieces.push(...limiter.push(sums.subarray(at, end)));
      at = end;
    }
    expect([...pieces, ...limiter.flush()]).toEqual(limitWhole(sums, shape));
  });

  test('gives back a stream that is shorter than its look-ahead, and an empty one', () => {
    const shape = { sampleRate: 48_000, channels: 1 };
    expect(limitWhole(Int32Array.of(1, -2, 3), shape)).toEqual([1, -2, 3]);
    expect(limitWhole(new Int32Array(0), shape)).toEqual([]);
  });
});

describe('a mix', () => {
  test('is the exact sum of its sides where they are quiet, and one side alone where the other is over', () => {
    const mixer = createMixer({ sampleRate: 16_000, channels: 1 });
    const quiet = (seed: number): Buffer => {
      const bytes = Buffer.from(seededBytes(seed, 6400));
      for (let at = 0; at < bytes.length; at += 2)
        bytes.writeInt16LE(Math.trunc(bytes.readInt16LE(at) / 4), at);
      return bytes;
    };
    const [near, far] = [quiet(1), quiet(2)];
    // An odd address, as a view of a larger buffer may have.
    const shifted = new Uint8Array(3201);
    shifted.set(far.subarray(0, 3200), 1);
    const mixed = Buffer.concat([
      mixer.mix([near.subarray(0, 3200), shifted.subarray(1)], 1600),
      mixer.mix([near.subarray(3200), far.subarray(3200, 4000)], 1600),
      mixer.flush(),
    ]);
    expect(mixed).toHaveLength(6400);
    for (let frame = 0; frame < 3200; frame++) {
      const other = frame < 2000 ? far.readInt16LE(2 * frame) : 0;
      expect(mixed.readInt16LE(2 * frame)).toBe(near.readInt16LE(2 * frame) + other);
    }
  });
});
