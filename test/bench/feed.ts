import { setTimeout as delay } from 'node:timers/promises';
import { CHUNKS_PER_SECOND, loop } from './audio.ts';
import type { Message } from './messages.ts';
import type { Scenario } from './scenario.ts';
import type { Subject } from './subjects/subject.ts';

/** PCM that may wait for a live encoder: well below what Lectern allows it before giving up on it. */
const MAX_LEAD_SECONDS = 60;
/** What is still inside an encoder that has caught up: its last fragment and the one it is filling. */
const RESIDUE_SECONDS = 3;
const POLL_MS = 20;
const WARM_UP_SECONDS = 60;
/** Longer than every side takes to hand all it has to the disk. */
const SETTLE_MS = 1300;

export interface Feed {
  readonly scenario: Scenario;
  readonly subject: Subject;
  readonly encode: (chunk: Uint8Array) => Message;
}

/** Brings the code to the speed at which it spends an hour, before the seconds that are measured. */
export async function warmUp(feed: Feed, chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of loop(chunks, WARM_UP_SECONDS)) await sendOne(feed, chunk);
}

/** Sends every chunk at the scenario's pace. */
export async function sendAll(
  feed: Feed,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const { scenario, subject, encode } = feed;
  const startedAt = performance.now();
  let sent = 0;
  const settleAt = scenario.pace === 'settled' ? (scenario.audioSeconds - 1) * CHUNKS_PER_SECOND : -1;
  for await (const chunk of source) {
    // That design has nothing on the disk before it stops.
    if (sent === settleAt && scenario.side !== 'seed') await delay(SETTLE_MS);
    if (scenario.pace === 'each-written') await sendOne(feed, chunk);
    else await subject.receive(encode(chunk));
    sent++;
    if (scenario.pace === 'real-time') {
      const earlyMs = startedAt + (sent * 1000) / CHUNKS_PER_SECOND - performance.now();
      if (earlyMs > 0) await delay(earlyMs);
    }
    if (scenario.pace === 'encoder' && sent % (10 * CHUNKS_PER_SECOND) === 0)
      await encoded(subject, sent / CHUNKS_PER_SECOND - MAX_LEAD_SECONDS);
  }
  if (scenario.pace === 'encoder') await encoded(subject, sent / CHUNKS_PER_SECOND - RESIDUE_SECONDS);
}

async function sendOne({ subject, encode }: Feed, chunk: Uint8Array): Promise<void> {
  await subject.receive(encode(chunk));
  await subject.written();
}

async function encoded(subject: Subject, seconds: number): Promise<void> {
  while ((await subject.encodedSeconds()) < seconds) await delay(POLL_MS);
}
