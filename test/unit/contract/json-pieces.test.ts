import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonPieces } from '../../../src-main/contract/json-pieces.ts';

test('a file that is written in pieces says what it would in one', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value, undefined, 2));
      expect([...jsonPieces(value, 0)].join('')).toBe(JSON.stringify(value));
    }),
  );
  const session = { version: 1, session: { title: 'a\nb', left_out: undefined, markers: [] as object[] } };
  for (let frame = 0; frame < 5000; frame++)
    session.session.markers.push({
      frame,
      label: 'line\nfeed',
      deep: { list: [1, [2, {}]], none: undefined },
    });
  const pieces = [...jsonPieces(session)];
  expect(pieces.join('')).toBe(JSON.stringify(session, undefined, 2));
  expect(pieces.length).toBeGreaterThan(5);
  for (const piece of pieces) expect(piece.length).toBeLessThan(70_000);
});
