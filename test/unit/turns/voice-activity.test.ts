import { describe, expect, test } from 'vitest';
import { decodeMulaw } from '../../../src-main/audio/mulaw.ts';
import { heardTurns } from '../../support/sound/heard-turns.ts';
import { encodeMulaw } from '../../support/sound/mulaw-line.ts';
import * as noises from '../../support/sound/noise.ts';
import { createScene } from '../../support/sound/scene.ts';
import type { Span } from '../../support/sound/spans.ts';
import { vowels } from '../../support/sound/vowels.ts';

const SPANS: readonly Span[] = [
  { start: 1, end: 2.2 },
  { start: 4, end: 4.5 },
  { start: 6, end: 9 },
];
/** The detector looks at 40 ms at a time; what a user would notice begins beyond twice that. */
const EXACT_SECONDS = 0.06;

function expectSpans(found: readonly Span[], wanted = SPANS): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach(({ start, end }, index) => {
    expect(Math.abs((found[index]?.start ?? 0) - start), `start of ${index}`).toBeLessThan(EXACT_SECONDS);
    expect(Math.abs((found[index]?.end ?? 0) - end), `end of ${index}`).toBeLessThan(EXACT_SECONDS);
  });
}

describe('a voice is found where it is', () => {
  const speak = (rate: number, peak?: number): Int16Array =>
    vowels({ rate, seconds: 11, spans: SPANS, ...(peak === undefined ? {} : { peak }) });

  test.for([8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])('at %i Hz', (rate) => {
    expectSpans(heardTurns(speak(rate), rate).spans);
  });

  test('on a telephone line', () => {
    const line = decodeMulaw(encodeMulaw(speak(8000)));
    expectSpans(heardTurns(new Int16Array(line.buffer), 8000).spans);
  });

  test('on either channel of two', () => {
    const mono = speak(48_000);
    for (const side of [0, 1]) {
      const stereo = new Int16Array(mono.length * 2);
      mono.forEach((sample, frame) => (stereo[2 * frame + side] = sample));
      expectSpans(heardTurns(stereo, 48_000, { channels: 2 }).spans);
    }
  });

  test('whether it is loud or quiet, in whatever chunks it comes', () => {
    for (const peak of [250, 2000, 32_000])
      for (const chunkSeconds of [0.001, 0.0217, 1, 11])
        expectSpans(heardTurns(speak(16_000, peak), 16_000, { chunkSeconds }).spans);
  });

  test('on a converter that is far off zero', () => {
    const samples = speak(16_000, 4000).map((sample) => sample + 9000);
    expectSpans(heardTurns(samples, 16_000).spans);
  });

  test('from the first sample on, and between digital zeros', () => {
    const spans = [
      { start: 0, end: 1.5 },
      { start: 3, end: 5 },
    ];
    const samples = vowels({ rate: 16_000, seconds: 7, spans });
    samples.forEach((_, frame) => {
      if (!spans.some(({ start, end }) => frame >= start * 16_000 && frame < end * 16_000))
        samples[frame] = 0;
    });
    expectSpans(heardTurns(samples, 16_000).spans, spans);
  });
});

test.for([
  ['hiss', noises.whiteNoise, -36],
  ['a fan', noises.fanNoise, -30],
  ['hum', noises.humNoise, -30],
  ['typing', noises.keyboardNoise, -36],
  ['coughs', noises.coughNoise, -30],
  ['knocking', noises.knockNoise, -36],
  ['music on hold', noises.holdMusic, -26],
] as const)('nobody speaks in %s', ([, noise, noiseDecibels]) => {
  for (const rate of [8000, 16_000]) {
    const { samples } = createScene({ rate, seconds: 20, noise, noiseDecibels });
    expect(heardTurns(samples, rate).spans).toEqual([]);
  }
});

test('nobody speaks in silence, of whatever kind', () => {
  for (const silence of [0, 1, -20_000, 32_767])
    expect(heardTurns(new Int16Array(160_000).fill(silence), 16_000).spans).toEqual([]);
});
