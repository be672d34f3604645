import fc from 'fast-check';
import { rmSync } from 'node:fs';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { serverMessageSchema, type ServerMessage } from '../../../src-main/contract/server-messages.ts';
import { FUZZ_LIMITS, sequences, type FuzzAction } from '../fuzz/actions.ts';
import { foretell, FUZZ_RATE } from '../fuzz/model.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { startEngine, type EngineProcess } from '../support/engine-process.ts';
import { mastersIn, samplesOf } from '../support/master-files.ts';
import type { Depth, Suite } from '../support/suite.ts';

const ACTIONS_A_ROUND: Record<Depth, number> = { short: 3_500, normal: 20_000, long: 20_000 };
/** Sessions at a time, each over a socket of its own. */
const AT_ONCE = 4;
const ACTIONS_A_SEQUENCE = 103;
/** A heap is still finding its size after ten thousand messages. */
const MAX_RSS_GROWTH_MB: Record<Depth, number> = { short: 64, normal: 32, long: 32 };
/** Of what is reachable: a kilobyte left behind by every session would be more. */
const MAX_HELD_GROWTH_MB: Record<Depth, number> = { short: 8, normal: 4, long: 4 };
const MEBIBYTE = 1024 * 1024;
const PATIENCE_MS = 30_000;

export const fuzz: Suite = {
  name: 'fuzz',
  promise:
    'messages from a grammar and garbage, foretold by a model: every error as the protocol says, every accepted byte ' +
    'in the file, no limit passed, no session stuck, no descriptor leaked, memory grown by less than 32 MB',
  rounds: { short: 2, normal: 50, long: 100 },
  open: async (depth) => {
    // Code is compiled, caches fill and the heap finds its size within 160,000 actions.
    const warmUpRounds = depth === 'short' ? 1 : 8;
    const dataDir = temporaryFolder();
    const engine = await startEngine({ dataDir, limits: FUZZ_LIMITS, steadyHeap: true });
    let session = 0;
    let actions = 0;
    let rounds = 0;
    const look = async () => ({
      held: await engine.heldBytes(),
      rss: engine.rssBytes(),
      files: engine.openFiles(),
    });
    let warm: Awaited<ReturnType<typeof look>> | undefined;

    const play = async (sequence: readonly FuzzAction[]): Promise<void> => {
      actions += sequence.length;
      await playSequence(engine, dataDir, `fuzz-${session++}`, sequence);
    };
    const run = async (seed: number, count: number): Promise<void> => {
      const details = await fc.check(
        fc.asyncProperty(fc.array(sequences, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (some) => {
          await Promise.all(some.map(play));
          if (!engine.running()) throw new Error(`the engine has ended: ${engine.words()}`);
        }),
        { seed, numRuns: Math.ceil(count / AT_ONCE / ACTIONS_A_SEQUENCE), endOnFailure: true },
      );
      if (details.failed) throw details.errorInstance;
    };
    return {
      async round(seed) {
        const before = actions;
        await run(seed, ACTIONS_A_ROUND[depth]);
        const { held, rss, files } = await look();
        if (++rounds === warmUpRounds) warm = { held, rss, files };
        return {
          'actions each round': actions - before,
          'MB of RSS': rss / MEBIBYTE,
          'MB held': held / MEBIBYTE,
        };
      },
      async close() {
        const { held, rss, files } = warm ?? (await look());
        const deadlineMs = performance.now() + 5000;
        while (engine.openFiles() > files && performance.now() < deadlineMs) await delay(50);
        const leaked = engine.openFiles() - files;
        const grownRss = (engine.rssBytes() - rss) / MEBIBYTE;
        const grownHeld = ((await engine.heldBytes()) - held) / MEBIBYTE;
        const active = await activeSessions(engine);
        await engine.stop();
        removeFolder(dataDir);
        if (leaked > 0) throw new Error(`${leaked} descriptors were left open after ${actions} actions`);
        if (active > 0) throw new Error(`${active} sessions were still active after ${actions} actions`);
        const figures = {
          actions,
          sessions: session,
          'MB of RSS grown': grownRss,
          'MB held grown': grownHeld,
        };
        if (grownRss > MAX_RSS_GROWTH_MB[depth] || grownHeld > MAX_HELD_GROWTH_MB[depth])
          throw new Error(`memory grew: ${JSON.stringify(figures)}`);
        return figures;
      },
    };
  },
};

async function playSequence(
  engine: EngineProcess,
  dataDir: string,
  id: string,
  sequence: readonly FuzzAction[],
): Promise<void> {
  const expected = foretell(sequence, FUZZ_LIMITS);
  const socket = new WebSocket(`${engine.ws}${id}?token=${engine.token}`, { perMessageDeflate: false });
  const messages: ServerMessage[] = [];
  const settled = Promise.withResolvers<undefined>();
  // A status is answered in its turn: when the last one comes, everything before it has been dealt with.
  let statusesDue =
    1 + sequence.filter((action) => action.kind === 'bare' && action.action === 'status').length;
  socket.on('message', (data: Buffer) => {
    const message = serverMessageSchema.parse(JSON.parse(data.toString()));
    messages.push(message);
    if (message.type === 'status' && --statusesDue === 0) settled.resolve(undefined);
  });
  socket.on('close', () => settled.reject(new Error(`${id}: the connection was closed`)));
  await once(socket, 'open');
  for (const frame of expected.frames) socket.send(frame);
  socket.send('{"action":"stop"}');
  socket.send('{"action":"status"}');
  const timer = setTimeout(
    () => settled.reject(new Error(`${id} is stuck: ${JSON.stringify(messages.slice(-3))}`)),
    PATIENCE_MS,
  );
  await settled.promise;
  clearTimeout(timer);
  socket.close();

  const errorsDue = expected.errors.length;
  const errors = messages.flatMap((message) => (message.type === 'error' ? [message.code] : []));
  if (expected.foretold) {
    const got = errors.slice(0, errorsDue);
    const wrong = expected.errors.findIndex((code, index) => got[index] !== code);
    if (wrong !== -1)
      throw new Error(
        `${id}: expected error ${wrong + 1} of ${errorsDue} to be ${expected.errors[wrong]}, got ${got[wrong]}, after ` +
          expected.errors.slice(Math.max(0, wrong - 3), wrong).join(' '),
      );
    const rest = errors.slice(errorsDue);
    if (rest.length > 1 || (rest[0] ?? 'NOT_RECORDING') !== 'NOT_RECORDING')
      throw new Error(`${id}: stop was answered with ${rest.join(' ')}`);
  }
  const internal = messages.find((message) => message.type === 'error' && message.code === 'INTERNAL');
  if (internal !== undefined) throw new Error(`${id}: ${JSON.stringify(internal)}`);
  const folder = join(dataDir, 'recordings', id);
  await verifyFiles(id, folder, expected, messages);
  rmSync(folder, { recursive: true, force: true });
}

async function verifyFiles(
  id: string,
  folder: string,
  expected: ReturnType<typeof foretell>,
  messages: readonly ServerMessage[],
): Promise<void> {
  const files = await mastersIn([folder], 2);
  const audio: Buffer[] = [];
  for (const file of files) {
    if (file.partial || !file.header || file.declaredBytes !== file.dataBytes)
      throw new Error(`${id}: ${basename(file.path)} is not finished`);
    // Two channels at most, in 16 bits, for as long as a part may be.
    if (file.dataBytes > FUZZ_LIMITS.maxDurationSeconds * FUZZ_RATE * 4)
      throw new Error(`${id}: ${basename(file.path)} is longer than the limit`);
    audio.push(await samplesOf(file));
  }
  const written = Buffer.concat(audio);
  for (const message of messages)
    if (
      message.type === 'recording_stopped' &&
      message.report.expected / FUZZ_RATE < message.duration_seconds - 1e-6
    )
      throw new Error(
        `${id}: part ${message.part} lasts ${message.duration_seconds} s, its report says ${JSON.stringify(message.report)}`,
      );
  if (!expected.foretold) return;
  if (written.length !== expected.audio.length)
    throw new Error(
      `${id}: ${expected.audio.length} bytes were accepted, ${written.length} are in the files`,
    );
  if (expected.exact && !written.equals(expected.audio))
    throw new Error(`${id}: the files differ from what was accepted`);
}

async function activeSessions({ url, token }: EngineProcess): Promise<number> {
  const response = await fetch(`${url}metrics`, { headers: { authorization: `Bearer ${token}` } });
  return Number(/^lectern_active_sessions (\d+)$/m.exec(await response.text())?.[1] ?? 0);
}
