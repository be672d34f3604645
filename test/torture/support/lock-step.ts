import { setTimeout as delay } from 'node:timers/promises';
import type { ServerMessageOf } from '../../../src-main/contract/server-messages.ts';
import type { TortureClient } from './torture-client.ts';

/**
 * Sends chunk after chunk, each once the one before it was acknowledged, until the engine answers with one of these
 * errors; or as many as `chunks`.
 */
export async function sendInLockStep(
  client: TortureClient,
  { chunks = Infinity, until }: { readonly chunks?: number; readonly until: readonly string[] },
): Promise<ServerMessageOf<'error'> | undefined> {
  const failure = (): ServerMessageOf<'error'> | undefined =>
    client.messages.find((message) => message.type === 'error' && until.includes(message.code)) as
      ServerMessageOf<'error'> | undefined;
  for (let count = 0; count < chunks; count++) {
    client.sendChunk();
    const deadlineMs = performance.now() + 20_000;
    while (client.ackedFrames < client.sentFrames) {
      const error = failure();
      if (error !== undefined) return error;
      if (performance.now() > deadlineMs || !client.connected)
        throw new Error(
          `chunk ${count} was neither acknowledged nor refused in 20 s: ` +
            JSON.stringify(client.messages.filter(({ type }) => type !== 'ack').slice(-5)).slice(0, 1000),
        );
      await delay(1);
    }
  }
  return failure();
}
