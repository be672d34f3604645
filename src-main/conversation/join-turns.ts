import type { Track } from '../contract/audio-format.ts';
import type { ConversationTurn } from '../contract/transcript.ts';

/**
 * Finds the turn of `role` that shares most time with a stretch of the session; undefined where there is none. Call it
 * in the order of the stretches' beginnings.
 */
export function createTurnFinder(
  turns: readonly ConversationTurn[],
  role: Track,
): (startMs: number, endMs: number) => ConversationTurn | undefined {
  const own = turns
    .filter((turn) => turn.role === role && !turn.bleed)
    .toSorted((a, b) => a.start_ms - b.start_ms);
  let first = 0;
  return (startMs, endMs) => {
    while (first < own.length && (own[first]?.end_ms ?? 0) <= startMs) first++;
    let best: ConversationTurn | undefined;
    let bestMs = 0;
    for (let index = first; index < own.length; index++) {
      const turn = own[index];
      if (turn === undefined || turn.start_ms > endMs) break;
      // Text without a length belongs to the turn that contains it.
      const sharedMs =
        Math.min(endMs, turn.end_ms) - Math.max(startMs, turn.start_ms) + (startMs === endMs ? 1 : 0);
      if (sharedMs <= bestMs) continue;
      best = turn;
      bestMs = sharedMs;
    }
    return best;
  };
}
