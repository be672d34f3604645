import { heardTurns } from '../support/sound/heard-turns.ts';
import { oracleTurns } from '../support/sound/oracle-voice.ts';
import { compareSpans, partsOf, type Span } from '../support/sound/spans.ts';
import type { Heard } from './places.ts';
import { PAUSE_SECONDS } from './recordings.ts';

/** How far a turn's start and end may be off: the product's own bar. */
export const TOLERANCE_SECONDS = 0.15;
const MODES = [0, 1, 2, 3] as const;

/** How well one detector did. Times in seconds. */
export interface Score {
  /** Of the time found and the time spoken, 0..1: the harmonic mean of what is right of the one and found of the other. */
  readonly f1: number;
  readonly turns: number;
  /** Turns that were found in one piece, with both bounds within the tolerance. */
  readonly right: number;
  readonly startsRight: number;
  readonly endsRight: number;
  readonly missed: number;
  /** Found in more than one piece. */
  readonly split: number;
  /** Found minus true. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Voices where there is none. */
  readonly invented: number;
  readonly seconds: number;
  readonly foundSeconds: number;
}

export interface Comparison {
  readonly ours: Score;
  /** In whichever of its modes did best here, which nobody could know beforehand. */
  readonly theirs: Score;
  readonly mode: number;
}

/** Has both detectors hear the very same. */
export function compare({ samples, rate }: Heard, turns: readonly Span[]): Comparison {
  const seconds = samples.length / rate;
  const ours = score(heardTurns(samples, rate).spans, turns, seconds);
  const byMode = MODES.map((mode) => ({
    mode,
    theirs: score(oracleTurns(samples, rate, { mode, pauseSeconds: PAUSE_SECONDS }), turns, seconds),
  }));
  const [best] = byMode.toSorted(
    (a, b) => b.theirs.f1 - a.theirs.f1 || a.theirs.foundSeconds - b.theirs.foundSeconds,
  );
  if (best === undefined) throw new Error('expected libfvad to have modes');
  return { ours, ...best };
}

export function score(found: readonly Span[], turns: readonly Span[], seconds: number): Score {
  const { precision, recall, onsets, ends, missed, invented, foundSeconds } = compareSpans(found, turns);
  const within = (error: number) => Math.abs(error) < TOLERANCE_SECONDS;
  const right = turns.filter((turn) => {
    const [only, ...more] = partsOf(found, turn);
    return (
      only !== undefined &&
      more.length === 0 &&
      within(only.start - turn.start) &&
      within(only.end - turn.end)
    );
  });
  return {
    f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
    turns: turns.length,
    right: right.length,
    startsRight: onsets.filter(within).length,
    endsRight: ends.filter(within).length,
    missed,
    split: turns.filter((turn) => partsOf(found, turn).length > 1).length,
    starts: onsets,
    ends,
    invented,
    seconds,
    foundSeconds,
  };
}

/** Of the values by size, the one that stands so far, 0..1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
