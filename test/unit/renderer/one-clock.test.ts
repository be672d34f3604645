import { describe, expect, test } from 'vitest';
import type { CaptureChunk } from '../../../src-renderer/capture/capture.ts';
import { createClockSteering } from '../../../src-renderer/recording/clock-steering.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** A fortieth of the usual rate, so that two hours pass in a second: everything counts in frames. */
const RATE = 400;
const CHUNK_FRAMES = RATE / 10;
const HOURS = 2;
/** Two sides are never further apart. */
const APART_MS = 20;

interface Devices {
  /** By how much the other side's clock is faster than the microphone's. */
  readonly ppm: number;
  /** By how much each stamp may be wrong, either way. */
  readonly jitterMs: number;
  readonly seed: number;
  /** Stamps of the other side come so much later from the middle on, as after a change of its buffer. */
  readonly stepMs?: number;
  /** The other side was placed so much too late at the beginning. */
  readonly misplacedMs?: number;
}

/** Records two devices for two hours, and says how far apart what they heard at one time has been at worst. */
function record({ ppm, jitterMs, seed, stepMs = 0, misplacedMs = 0 }: Devices) {
  const random = seededRandom(seed);
  const wrong = () => (random() * 2 - 1) * jitterMs;
  const micRate = RATE * (1 + 37e-6);
  const otherRate = micRate * (1 + ppm * 1e-6);
  const steering = createClockSteering({ sampleRate: RATE, channels: 1 });
  const misplaced = (misplacedMs / 1000) * RATE;
  let worst = 0;
  let worstAtEnd = 0;
  let touched = false;
  const chunks = (HOURS * 3600 * RATE) / CHUNK_FRAMES;
  for (let index = 0; index < chunks; index += 1) {
    const samples = Uint8Array.from({ length: 2 * CHUNK_FRAMES }, (_, byte) => (index + byte) & 0x7f);
    const end = (index + 1) * CHUNK_FRAMES;
    const endedAt = (end / otherRate) * 1000;
    const endedAtMs = endedAt + wrong() + (index > chunks / 2 ? stepMs : 0);
    const chunk: CaptureChunk = {
      samples,
      frames: CHUNK_FRAMES,
      startFrame: end - CHUNK_FRAMES,
      endedAtMs,
    };
    const steered = steering.steer(chunk);
    touched ||= steered.length !== 1 || Buffer.compare(steered[0]!.samples, samples) !== 0;
    // The microphone's latest chunk, and when it says that it was captured.
    const micFrame = Math.floor((endedAt / 1000) * (micRate / CHUNK_FRAMES)) * CHUNK_FRAMES;
    const micAtMs = (micFrame / micRate) * 1000 + wrong();
    const leader = micFrame + ((endedAtMs - micAtMs) / 1000) * RATE;
    steering.measure(end + misplaced - leader, endedAtMs);
    const apartMs = ((end + misplaced + steering.addedFrames) / RATE) * 1000 - (endedAt * micRate) / RATE;
    worst = Math.max(worst, Math.abs(apartMs));
    if (index > chunks * 0.9) worstAtEnd = Math.max(worstAtEnd, Math.abs(apartMs));
  }
  return { worst, worstAtEnd, touched };
}

describe('two devices, recorded for two hours', () => {
  test.each([
    [200, 0.5],
    [-200, 0.5],
    [200, 5],
    [-120, 20],
    [200, 20],
    [10, 5],
  ])('whose clocks differ by %d ppm, with stamps that waver by %d ms, stay within 20 ms', (ppm, jitterMs) => {
    const seed = Math.floor(Math.random() * 1e6);
    const { worst, worstAtEnd } = record({ ppm, jitterMs, seed });
    console.log(
      `seed ${seed}: ${worst.toFixed(1)} ms apart at worst, ${worstAtEnd.toFixed(1)} ms at the end`,
    );
    expect(worst).toBeLessThan(APART_MS);
    // Once the clock is known, far less.
    expect(worstAtEnd).toBeLessThan(12);
    if (Math.abs(ppm) >= 50) expect(worstAtEnd).toBeLessThan(6);
  });

  test.each([0.5, 20])(
    'that share one clock are not touched by a bit, with stamps that waver by %d ms',
    (jitterMs) => {
      const seed = Math.floor(Math.random() * 1e6);
      console.log(`seed ${seed}`);
      const { worst, touched } = record({ ppm: 0, jitterMs, seed });
      expect(worst).toBeCloseTo(0, 5);
      expect(touched).toBe(false);
    },
  );

  test.each([75863, 1014, 1017, 1021, 1062])(
    'that share one clock are not touched either where the first stamps waver together (seed %d)',
    (seed) => {
      expect(record({ ppm: 0, jitterMs: 20, seed }).touched).toBe(false);
    },
  );

  test.each([30])(
    'of which one delivers %d ms later from some moment on has lost nothing, and is not touched',
    (stepMs) => {
      expect(record({ ppm: 0, jitterMs: 1, seed: 4, stepMs }).touched).toBe(false);
      const { worst } = record({ ppm: 80, jitterMs: 1, seed: 5, stepMs });
      expect(worst).toBeLessThan(APART_MS);
    },
  );

  test('of which one was put in the wrong place is moved to the right one', () => {
    expect(record({ ppm: 0, jitterMs: 1, seed: 6, misplacedMs: 18 }).worstAtEnd).toBeLessThan(5);
  });
});
