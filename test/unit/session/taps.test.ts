import { expect, test } from 'vitest';
import { MAX_TAP_UNSENT_BYTES, MAX_TAPS, MAX_TAPS_UNSENT_BYTES } from '../../../src-main/contract/limits.ts';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import type { TapClient } from '../../../src-main/session/ports.ts';
import { openEngine, say } from './memory-engine.ts';

/** A listener of which nothing is known but how much waits for it. */
function listener() {
  const told: ServerMessage[] = [];
  const state = { unsentBytes: 0, frames: 0, closed: false, told };
  const client: TapClient = {
    send: (message) => told.push(message),
    sendAudio: () => state.frames++,
    get unsentBytes() {
      return state.unsentBytes;
    },
    close: () => {
      state.closed = true;
    },
  };
  return { state, client };
}

test('what waits for listeners who do not read stays bounded, however many they are', async () => {
  const host = openEngine();
  const sessions = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (id) => {
      const connection = host.engine.connect(id, host.client);
      await connection.receiveText(say({ action: 'start', format: 'wav' }));
      return connection;
    }),
  );
  const speak = () => Promise.all(sessions.map((connection) => connection.receiveBinary(Buffer.alloc(3200))));

  const first = listener();
  host.engine.tap('a', first.client);
  first.state.unsentBytes = MAX_TAP_UNSENT_BYTES;
  await speak();
  expect([first.state.frames, first.state.closed], 'alone, it may be that far behind').toEqual([1, false]);

  const listeners = [first];
  const leave: (() => void)[] = [];
  while (listeners.length < MAX_TAPS) {
    const next = listener();
    leave.push(host.engine.tap('abcd'[listeners.length % 4] ?? '', next.client));
    listeners.push(next);
  }
  expect(() => host.engine.tap('e', listener().client)).toThrow(/not started/);
  expect(() => host.engine.tap('d', listener().client)).toThrow(/at most/);
  for (const { state } of listeners) state.unsentBytes = MAX_TAPS_UNSENT_BYTES / MAX_TAPS + 1;
  await speak();
  for (const { state } of listeners)
    expect([state.closed, state.told.at(-1)]).toMatchObject([true, { type: 'error', code: 'SLOW_CONSUMER' }]);
  // Let go, but still connected: what waits for them is still there.
  expect(() => host.engine.tap('a', listener().client)).toThrow(/at most/);
  leave[0]?.();
  const next = listener();
  host.engine.tap('b', next.client);
  await speak();
  expect([next.state.frames, next.state.closed]).toEqual([1, false]);
});
