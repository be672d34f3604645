import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { startEngine, type EngineProcess } from '../support/engine-process.ts';
import { sentBy } from '../support/sent-by.ts';
import type { Depth, Suite } from '../support/suite.ts';
import { connectClient, SPEECH, STUDIO, type Shape, type TortureClient } from '../support/torture-client.ts';
import { verifyMasters } from '../support/verify-masters.ts';

/** Of what is reachable: a hundred seconds of audio, where a leak would be hours of it. */
const MAX_HELD_GROWTH_BYTES = 16 * 1024 * 1024;
const MAX_RSS_GROWTH_BYTES = 32 * 1024 * 1024;
/** Share of the audio after which memory should have found its level. */
const WARM_UP_SHARE = 0.3;

interface Stretch {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly minutes: number;
  /** Times real time; Infinity for as fast as it is taken. */
  readonly speed: number;
  readonly partMinutes: number;
}

const STRETCHES: Record<'short' | 'normal', readonly Stretch[]> = {
  short: [
    { name: '3 min at 100x', shapes: [SPEECH, STUDIO], minutes: 3, speed: 100, partMinutes: 60 },
    { name: '1 h in 10 min parts', shapes: [SPEECH], minutes: 60, speed: Infinity, partMinutes: 10 },
  ],
  normal: [
    { name: '1 h at 100x', shapes: [SPEECH, STUDIO], minutes: 60, speed: 100, partMinutes: 60 },
    { name: '8 h', shapes: [SPEECH], minutes: 480, speed: Infinity, partMinutes: 60 },
  ],
};

const stretchesOf = (depth: Depth): readonly Stretch[] => STRETCHES[depth === 'short' ? 'short' : 'normal'];

export const long: Suite = {
  name: 'long',
  promise:
    '1 h at 100 times real time, 16 kHz mono beside 48 kHz stereo, and 8 h through roll-over: memory flat, all ' +
    'acknowledged, the parts together exactly what was sent',
  rounds: { short: 1, normal: 1, long: 5 },
  open: (depth) =>
    Promise.resolve({
      async round(seed) {
        const figures: Record<string, number> = {};
        for (const stretch of stretchesOf(depth)) Object.assign(figures, await record(stretch, seed));
        return figures;
      },
    }),
};

async function record({ name, shapes, minutes, speed, partMinutes }: Stretch, seed: number) {
  const dataDir = temporaryFolder();
  const engine = await startEngine({
    dataDir,
    limits: { maxDurationSeconds: partMinutes * 60 },
    steadyHeap: true,
  });
  const clients = await Promise.all(
    shapes.map((shape, index) => connectClient(engine, { id: `long-${index}`, shape, seed })),
  );
  const framesOf = (client: TortureClient): number => minutes * 60 * client.shape.sampleRate;
  const streamUntil = (share: number): Promise<unknown> =>
    Promise.all(
      clients.map((client) =>
        client.stream({ speed, until: () => client.sentFrames >= share * framesOf(client) }),
      ),
    );
  const heldBefore = await engine.heldBytes();
  await Promise.all(clients.map((client) => client.start({ on_limit: 'continue' })));
  const warm = await highestMemory(engine, () => streamUntil(WARM_UP_SHARE));
  const highest = await highestMemory(engine, async () => {
    await streamUntil(1);
    for (const client of clients) client.say({ action: 'stop' });
    await Promise.all(
      clients.map((client) => client.wait('recording_stopped', ({ reason }) => reason === undefined)),
    );
  });
  const grown = Math.max(0, highest - warm);
  const heldGrown = (await engine.heldBytes()) - heldBefore;
  await engine.stop();
  for (const client of clients) {
    if (client.ackedFrames !== client.sentFrames)
      throw new Error(`${name}: ${client.ackedFrames} frames of ${client.sentFrames} were acknowledged`);
    const frames = await verifyMasters([join(dataDir, 'recordings', client.id)], sentBy(client), {
      finished: true,
      skipPlayers: true,
    });
    if (frames !== client.sentFrames)
      throw new Error(`${name}: ${frames} frames of ${client.sentFrames} are there`);
  }
  removeFolder(dataDir);
  if (heldGrown > MAX_HELD_GROWTH_BYTES)
    throw new Error(`${name}: ${heldGrown} bytes more are held at the end`);
  if (grown > MAX_RSS_GROWTH_BYTES)
    throw new Error(`${name}: memory grew by ${grown} bytes after the warm-up`);
  return {
    [`MB of RSS grown in ${name}`]: grown / 1024 / 1024,
    [`MB more held after ${name}`]: heldGrown / 1024 / 1024,
  };
}

/**
 * The most memory the engine had meanwhile and at the end, in bytes. Each look is after a collection: what the
 * collector puts off is no growth.
 */
async function highestMemory(engine: EngineProcess, work: () => Promise<unknown>): Promise<number> {
  let highest = 0;
  const look = async (): Promise<void> => {
    await engine.heldBytes();
    highest = Math.max(highest, engine.rssBytes());
  };
  const ended = new AbortController();
  const looking = (async () => {
    while (!ended.signal.aborted) {
      await look();
      await delay(50);
    }
  })();
  await work().finally(() => ended.abort());
  await looking;
  // However busy the machine is and however short the work, there is one look at what it left.
  await look();
  return highest;
}
