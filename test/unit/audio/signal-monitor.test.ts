import { describe, expect, test } from 'vitest';
import { createSignalMonitor, type SignalClass } from '../../../src-main/audio/signal-monitor.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const RATE = 16_000;
const random = seededRandom(7);

const noise = (amplitude: number) => (): number => Math.round((random() * 2 - 1) * amplitude);
const zeros = (): number => 0;
const clipped = (index: number): number => (index % 40 < 20 ? 32767 : -32768);
/** Room tone some 70 dB below full scale. */
const room = noise(15);
const speech = noise(6000);

/** Feeds seconds of each signal in tenths and lists what was reported, with the second it was reported at. */
function listen(...stretches: readonly Stretch[]) {
  return listenTo('microphone', ...stretches);
}

type Stretch = readonly [seconds: number, sample: (index: number) => number];

function listenTo(source: 'microphone' | 'playback', ...stretches: readonly Stretch[]) {
  const monitor = createSignalMonitor(RATE, source);
  const reports: [SignalClass, number][] = [];
  let chunks = 0;
  for (const [seconds, sample] of stretches)
    for (let chunk = 0; chunk < seconds * 10; chunk++) {
      chunks++;
      const samples = Int16Array.from({ length: RATE / 10 }, (_, index) => sample(index));
      const change = monitor.observe(new Uint8Array(samples.buffer), samples.length);
      if (change !== undefined) reports.push([change.signal, Math.floor(chunks / 10)]);
    }
  return reports;
}

describe('signal monitor', () => {
  test('a dead channel is reported as zeros within three seconds, and its recovery is noticed', () => {
    expect(listen([5, speech], [10, zeros], [5, speech])).toEqual([
      ['zeros', 8],
      ['fine', 15],
    ]);
  });

  test('another side that never sounds is told within seconds, and one that listens for a while is left in peace', () => {
    expect(listenTo('playback', [20, zeros], [5, speech], [50, zeros], [5, speech], [70, zeros])).toEqual([
      ['zeros', 10],
      ['fine', 20],
      ['zeros', 140],
    ]);
  });

  test('a quiet room is silence, not a dead channel, and only after a long while', () => {
    expect(listen([5, speech], [30, room], [2, speech])).toEqual([
      ['silence', 20],
      ['fine', 35],
    ]);
  });

  test('pauses between sentences are never reported', () => {
    expect(
      listen(
        ...Array.from(
          { length: 6 },
          () =>
            [
              [4, speech],
              [12, room],
            ] as const,
        )
          .flat()
          .map(([s, f]) => [s, f] as [number, typeof speech]),
      ),
    ).toEqual([]);
  });

  test('a click does not end a silence', () => {
    const click = (index: number): number => (index === 5 ? 20_000 : 0);
    const reports = listen([2, speech], [10, room], [0.1, click], [10, room]);
    expect(reports).toEqual([['silence', 17]]);
  });

  test('distortion is reported once, not every second', () => {
    expect(listen([2, speech], [10, clipped]).filter(([signal]) => signal === 'clipping')).toHaveLength(1);
  });
});
