import { createVoiceActivity } from '../../../src-main/turns/voice-activity.ts';
import { closeGaps, spansOf, type Span } from './spans.ts';
import { levelsOf } from './speech.ts';
import type { Scene } from './scene.ts';

/** What the product hears, and how long after it began each voice was told of. */
export interface HeardTurns {
  readonly spans: readonly Span[];
  readonly delays: readonly number[];
}

/** Feeds samples, interleaved if there are two channels, to the product's own detector, `chunkSeconds` at a time. */
export function heardTurns(
  samples: Int16Array,
  rate: number,
  { channels = 1, chunkSeconds = 0.02 }: { channels?: number; chunkSeconds?: number } = {},
): HeardTurns {
  const voice = createVoiceActivity(rate, channels);
  const spans: Span[] = [];
  const delays: number[] = [];
  const chunk = Math.round(chunkSeconds * rate) * channels;
  let start: number | undefined;
  for (let index = 0; index < samples.length; index += chunk) {
    const part = samples.slice(index, index + chunk);
    for (const { active, frame } of voice.observe(index / channels, new Uint8Array(part.buffer))) {
      if (active) {
        start = frame / rate;
        delays.push((index + part.length) / channels / rate - start);
      } else if (start !== undefined) {
        spans.push({ start, end: frame / rate });
        start = undefined;
      }
    }
  }
  if (start !== undefined) spans.push({ start, end: voice.voicedUntil / rate });
  return { spans, delays };
}

const STEP_SECONDS = 0.01;
/** A stretch this far below the loudest of its utterance is a pause. */
const PAUSE_DECIBELS = -40;

/** When somebody really spoke: from the clean speech, pauses up to `pauseSeconds` left out. */
export function trueTurns({ clean, rate, utterances }: Scene, pauseSeconds: number): readonly Span[] {
  const levels = levelsOf(clean, Math.round(STEP_SECONDS * rate));
  const speech = levels.map(() => false);
  for (const { start, end } of utterances) {
    const from = Math.round(start / STEP_SECONDS);
    const to = Math.min(levels.length, Math.round(end / STEP_SECONDS));
    const loudest = Math.max(...levels.slice(from, to));
    for (let step = from; step < to; step++)
      speech[step] = (levels[step] ?? -Infinity) > loudest + PAUSE_DECIBELS;
  }
  return spansOf(closeGaps(speech, Math.round(pauseSeconds / STEP_SECONDS)), STEP_SECONDS);
}
