import { expect, test } from 'vitest';
import { heardTurns, trueTurns } from '../../support/sound/heard-turns.ts';
import * as noises from '../../support/sound/noise.ts';
import { oracleTurns } from '../../support/sound/oracle-voice.ts';
import { createScene } from '../../support/sound/scene.ts';
import { compareSpans, type Span } from '../../support/sound/spans.ts';
import { TELEPHONE_CALL } from '../../support/sound/telephone-call.ts';

const PAUSE_SECONDS = 0.6;
const MODES = [0, 1, 2, 3] as const;
const speech = TELEPHONE_CALL.filter(({ role }) => role === 'assistant').map((line) => ({
  voice: 'en-gb+f2',
  pitch: 60,
  ...line,
}));

/** Of the time found and the time spoken, 0..1: the harmonic mean of what is right of the one and found of the other. */
function agreement(found: readonly Span[], truth: readonly Span[]): number {
  const { precision, recall } = compareSpans(found, truth);
  return (2 * precision * recall) / (precision + recall);
}

// In each place the other one is asked in the mode that suits it best there, which nobody could know beforehand.
test.for([
  ['hiss', noises.whiteNoise, -46, 0.98],
  ['typing', noises.keyboardNoise, -40, 0.96],
  ['the talk of others', noises.babbleNoise, -46, 0.95],
] as const)(
  "voices in %s are found as well as WebRTC's detector finds them",
  ([, noise, noiseDecibels, least]) => {
    const rate = 16_000;
    const scene = createScene({ rate, seconds: 50, speech, noise, noiseDecibels });
    const truth = trueTurns(scene, PAUSE_SECONDS);
    const ours = agreement(heardTurns(scene.samples, rate).spans, truth);
    const theirs = MODES.map((mode) =>
      agreement(oracleTurns(scene.samples, rate, { mode, pauseSeconds: PAUSE_SECONDS }), truth),
    );
    console.log(
      `ours ${ours.toFixed(3)}, theirs by mode ${theirs.map((value) => value.toFixed(3)).join(', ')}`,
    );
    expect(ours).toBeGreaterThan(least);
    expect(ours).toBeGreaterThan(Math.max(...theirs) - 0.02);
  },
);
