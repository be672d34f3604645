import { expect, test } from 'vitest';
import { createFinish } from '../../../src-renderer/capture/finish.ts';

/** Stop is pressed at 0; pieces come at these times. Says when Stop is done. */
function finishedAt(piecesAt: readonly number[]): number {
  const timers: { readonly at: number; readonly action: () => void }[] = [];
  let now = 0;
  let ended: number | undefined;
  const after = (milliseconds: number, action: () => void) =>
    void timers.push({ at: now + milliseconds, action });
  const finish = createFinish({ after, end: () => (ended ??= now) });
  for (const at of piecesAt) after(at, () => finish.notePiece());
  finish.begin();
  while (ended === undefined) {
    timers.sort((a, b) => a.at - b.at);
    const next = timers.shift();
    if (next === undefined) throw new Error('Stop waits for ever');
    now = next.at;
    next.action();
  }
  return ended;
}

test('Stop does not wait for a microphone that delivers nothing', () => {
  expect(finishedAt([])).toBe(300);
});

test('Stop waits for what is still being read, and not for ever', () => {
  expect(finishedAt([100, 200, 310])).toBeGreaterThan(310);
  expect(finishedAt(Array.from({ length: 1000 }, (_, piece) => piece * 20))).toBe(2000);
});
