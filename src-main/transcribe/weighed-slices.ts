import { SLICE_ITEMS } from '../contract/slices.ts';
import type { TimedText } from './formats/timed-text.ts';

/** This many timed words cost as much as a line. */
const WORDS_PER_ITEM = 8;

/** Splits lines into lists with limited work: a full slice of lines, or fewer where they have many words. */
export function* weighedSlices(pieces: readonly TimedText[]): Generator<TimedText[]> {
  let slice: TimedText[] = [];
  let weight = 0;
  for (const piece of pieces) {
    slice.push(piece);
    weight += 1 + (piece.words?.length ?? 0) / WORDS_PER_ITEM;
    if (weight < SLICE_ITEMS) continue;
    yield slice;
    slice = [];
    weight = 0;
  }
  if (slice.length > 0) yield slice;
}
