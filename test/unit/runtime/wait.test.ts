import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { wait } from '../../../src-main/runtime/wait.ts';

const AN_HOUR_MS = 3_600_000;

test('a wait that is called off ends with the reason, whatever kind of thing that is', async () => {
  const before = AbortSignal.abort('closing');
  await expect(wait(AN_HOUR_MS, before)).rejects.toBe('closing');
  const during = new AbortController();
  const waiting = wait(AN_HOUR_MS, during.signal);
  during.abort('cancelled');
  await expect(waiting).rejects.toBe('cancelled');
});

test('a wait that is over leaves nothing on its signal', async () => {
  const { signal } = new AbortController();
  await wait(1, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
