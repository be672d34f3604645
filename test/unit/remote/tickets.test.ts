import { expect, test } from 'vitest';
import { createAccess } from '../../../src-main/remote/access.ts';

test('a ticket that nobody used is worth nothing a minute later', () => {
  let nowMs = 0;
  const access = createAccess({
    token: 'secret',
    hostNames: ['127.0.0.1'],
    port: 1,
    monotonicMs: () => nowMs,
  });
  const enter = (ticket: string) =>
    access.check({
      target: `/?token=${ticket}`,
      header: (name) => (name === 'host' ? '127.0.0.1:1' : undefined),
    }).ok;
  const [early, late] = [access.createTicket(), access.createTicket()];
  nowMs = 59_000;
  expect(enter(early)).toBe(true);
  expect(enter(early), 'twice').toBe(false);
  nowMs = 61_000;
  expect(enter(late)).toBe(false);
});
