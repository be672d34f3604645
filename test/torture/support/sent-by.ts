import type { TortureClient } from './torture-client.ts';
import type { Sent } from './verify-masters.ts';

/** What a client has sent by now. */
export function sentBy({ id, pattern, shape, sentFrames, ackedFrames }: TortureClient): Sent {
  return { id, pattern, sampleRate: shape.sampleRate, sentFrames, ackedFrames };
}
