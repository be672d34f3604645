import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../support/seeded-random.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { startEngine } from '../support/engine-process.ts';
import { recover } from '../support/lectern-command.ts';
import { sentBy } from '../support/sent-by.ts';
import type { Depth, Suite } from '../support/suite.ts';
import { connectClient, SPEECH, type TortureClient } from '../support/torture-client.ts';
import { verifyMasters } from '../support/verify-masters.ts';

const SESSIONS: Record<Depth, number> = { short: 25, normal: 200, long: 200 };
/** Two hundred senders and the engine share one small machine; each may be a little late. */
const MAX_LOSS_MS = 1000;

export const many: Suite = {
  name: 'many',
  promise:
    '200 sessions at a time in real time, the engine killed in between: every one is recovered, exact to its end, with ' +
    'all that was acknowledged',
  rounds: { short: 1, normal: 5, long: 20 },
  open: (depth) => Promise.resolve({ round: (seed) => round(seed, SESSIONS[depth]) }),
};

async function round(seed: number, count: number) {
  const random = seededRandom(seed);
  const dataDir = temporaryFolder();
  const lossMs: number[] = [];
  for (const generation of [1, 2]) {
    const engine = await startEngine({ dataDir });
    const clients: TortureClient[] = [];
    const streaming: Promise<unknown>[] = [];
    for (let index = 0; index < count; index++) {
      const client = await connectClient(engine, {
        id: `many-${generation}-${index}`,
        shape: SPEECH,
        seed: index,
      });
      clients.push(client);
      streaming.push(
        client.start().then(
          () => client.stream({ speed: 1, until: () => false }),
          () => undefined,
        ),
      );
    }
    await Promise.all(clients.map((client) => client.wait('recording_started')));
    await delay(1000 + random() * 5000);
    engine.kill('group');
    const sent = clients.map((client) => ({ ...sentBy(client), heardFrames: client.heardFrames() }));
    await Promise.all([engine.gone(), ...streaming]);
    // The first generation is recovered by the second engine's own launch, the second by the command.
    const next = generation === 1 ? await startEngine({ dataDir }) : undefined;
    await next?.stop();
    if (next === undefined && (await recover(dataDir)).length !== count)
      throw new Error(`expected ${count} sessions to be recovered`);
    for (const each of sent) {
      const folder = join(dataDir, 'recordings', each.id);
      const frames = await verifyMasters([folder], each, { finished: true, skipPlayers: random() < 0.95 });
      lossMs.push(((each.heardFrames - frames) / each.sampleRate) * 1000);
    }
  }
  const worst = Math.max(...lossMs);
  if (worst > MAX_LOSS_MS)
    throw new Error(`${worst} ms were lost of one session, ${MAX_LOSS_MS} ms are allowed`);
  removeFolder(dataDir);
  return { 'lost ms': lossMs };
}
