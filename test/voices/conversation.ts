import { seededRandom } from '../support/seeded-random.ts';
import { activeLevel } from '../support/sound/scene.ts';
import type { Span } from '../support/sound/spans.ts';
import { PAUSE_SECONDS, RATE, type Recording } from './recordings.ts';

/** Each recording is as loud as this while somebody speaks, in decibels of full scale. */
export const SPEECH_DECIBELS = -26;
const FIRST_SECONDS = 2;
const LEAST_GAP_SECONDS = 1;
const MORE_GAP_SECONDS = 1.5;
/** So that a recording's own noise does not come with a click. */
const FADE_SECONDS = 0.02;

/** Recordings one after another, in silence, and when somebody speaks in them. */
export interface Conversation {
  readonly samples: Float64Array;
  readonly turns: readonly Span[];
}

export function layOut(recordings: readonly Recording[], seed: number): Conversation {
  const random = seededRandom(seed);
  const places: { readonly from: number; readonly recording: Recording }[] = [];
  let from = FIRST_SECONDS * RATE;
  for (const recording of recordings) {
    places.push({ from, recording });
    from += recording.samples.length + Math.round((LEAST_GAP_SECONDS + MORE_GAP_SECONDS * random()) * RATE);
  }
  const samples = new Float64Array(from);
  const fade = FADE_SECONDS * RATE;
  for (const { from: start, recording } of places) {
    const spoken = recording.samples;
    const gain = 10 ** ((SPEECH_DECIBELS - activeLevel(spoken, RATE)) / 20);
    for (let index = 0; index < spoken.length; index++)
      samples[start + index] =
        (spoken[index] ?? 0) * gain * Math.min(1, index / fade, (spoken.length - 1 - index) / fade);
  }
  const turns = places.flatMap(({ from: start, recording }) =>
    recording.spans.map((span) => ({ start: start / RATE + span.start, end: start / RATE + span.end })),
  );
  return { samples, turns: joined(turns) };
}

/** Turns between which there is no pause that ends one. */
function joined(turns: readonly Span[]): readonly Span[] {
  const joint: Span[] = [];
  for (const turn of turns) {
    const before = joint.at(-1);
    if (before !== undefined && turn.start - before.end <= PAUSE_SECONDS)
      joint.splice(-1, 1, { start: before.start, end: turn.end });
    else joint.push(turn);
  }
  return joint;
}
