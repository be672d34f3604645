import { expect } from 'vitest';
import type { TrueTurn } from './dialogue.ts';

/** How far a turn's bounds may be from the truth. */
const TOLERANCE_SECONDS = 0.15;

/** Every true turn was found where it was, with its interruption, and nothing else was. */
export function expectTurns(found: readonly TrueTurn[], truth: readonly TrueTurn[]): void {
  const line = ({ role, start, end, interrupted }: TrueTurn) =>
    `${role} ${start.toFixed(2)}-${end.toFixed(2)}${interrupted ? ' interrupted' : ''}`;
  const inOrder = found.toSorted((a, b) => a.start - b.start);
  const words = `heard:\n${inOrder.map(line).join('\n')}\nspoken:\n${truth.map(line).join('\n')}`;
  for (const role of ['user', 'assistant']) {
    const turns = inOrder.filter((turn) => turn.role === role);
    const wanted = truth.filter((turn) => turn.role === role);
    expect(
      turns.map(({ interrupted }) => interrupted),
      words,
    ).toEqual(wanted.map(({ interrupted }) => interrupted));
    wanted.forEach(({ start, end }, index) => {
      expect(Math.abs((turns[index]?.start ?? Infinity) - start), words).toBeLessThan(TOLERANCE_SECONDS);
      expect(Math.abs((turns[index]?.end ?? Infinity) - end), words).toBeLessThan(TOLERANCE_SECONDS);
    });
  }
}
