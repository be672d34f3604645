import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StopReason } from '../../../src-main/contract/server-messages.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { createDiskFaults, shimUnable, type DiskFaults } from '../disk-shim/disk-shim.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { startEngine, type EngineProcess } from '../support/engine-process.ts';
import { setFallback } from '../support/fallback.ts';
import { listSessions } from '../support/lectern-command.ts';
import { mastersIn } from '../support/master-files.ts';
import { sentBy } from '../support/sent-by.ts';
import type { Suite } from '../support/suite.ts';
import { connectClient, SPEECH, type TortureClient } from '../support/torture-client.ts';
import { verifyMasters } from '../support/verify-masters.ts';

const FAULTS = [
  'i/o error',
  'read-only',
  'no new files',
  'folder removed',
  'recordings removed',
  'slow',
] as const;
const KINDS = FAULTS.flatMap((fault) => [
  { fault, fallback: true },
  { fault, fallback: false },
]);

/** What a stalled disk may cost in memory: 32 MB of messages, the writer's 4 MB, and the sockets' buffers. */
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;
/** Audio of several parts, at five times real time. */
const MEET_PATIENCE_MS = 20_000;

export const faultyDisk: Suite = {
  name: 'faulty-disk',
  promise:
    'the disk fails with EIO, turns read-only, loses its folder, or stalls: the sender is told, everything ' +
    'acknowledged plays; with a fallback folder nothing is lost; a stall costs bounded memory and no audio',
  rounds: { short: 2, normal: 60, long: 300 },
  unable: shimUnable,
  open: () => Promise.resolve({ round }),
};

async function round(seed: number) {
  const random = seededRandom(seed);
  const { fault, fallback } = KINDS[seed % KINDS.length] ?? { fault: 'slow', fallback: false };
  const dataDir = temporaryFolder();
  const fallbackDir = join(dataDir, 'elsewhere');
  if (fallback) setFallback(dataDir, fallbackDir);
  const faults = createDiskFaults(
    join(dataDir, 'recordings'),
    fault === 'read-only' ? 'recordings/' : '.wav',
  );
  const limits = fault === 'no new files' ? { maxDurationSeconds: 5 + 5 * random() } : {};
  const engine = await startEngine({ dataDir, env: faults.env, limits });
  const client = await connectClient(engine, { id: 'session', shape: SPEECH, seed });
  await client.start({ on_limit: 'continue' });
  const until = client.shape.sampleRate * (1 + Math.floor(random() * 10));
  await client.stream({ speed: 20, until: () => client.sentFrames >= until });
  const grownBytes = fault === 'slow' ? await stall(client, engine, faults) : 0;
  if (fault !== 'slow') await breakDisk(fault, dataDir, faults, random);

  const isLast = ({ reason }: { reason?: StopReason | undefined }): boolean =>
    reason === undefined || (!fallback && reason !== 'duration_limit');
  const ended = (): boolean =>
    client.messages.some((message) => message.type === 'recording_stopped' && isLast(message));
  const streamFor = (ms: number, isMet = (): boolean => false): Promise<void> => {
    const untilMs = performance.now() + ms;
    return client.stream({ speed: 5, until: () => ended() || isMet() || performance.now() > untilMs });
  };
  // A busy machine may leave the engine far behind the sender, and it is the engine that must meet the fault.
  const mustBeMet = ['i/o error', 'read-only', 'no new files'].includes(fault);
  if (mustBeMet) await streamFor(MEET_PATIENCE_MS, () => faults.failures() > 0);
  // Long enough for what only the once-a-second sync can notice.
  await streamFor(3000);
  if (!ended()) client.say({ action: 'stop' });
  const stopped = await client.wait('recording_stopped', isLast);
  const folders = [join(dataDir, 'recordings', 'session'), join(fallbackDir, 'session')];
  const sent = sentBy(client);
  if (mustBeMet && faults.failures() === 0) throw new Error(`${fault} was never met with`);
  faults.heal();
  await engine.stop();
  // A folder that cannot be written keeps its unfinished names until it can be, at a later launch.
  await listSessions(dataDir);
  const frames = await verifyMasters(folders, sent, { finished: true });
  const lost = sent.sentFrames - frames;
  if (stopped.report.expected < stopped.report.captured)
    throw new Error('the report expects less than was captured');
  const told = client.messages.some(
    (message) =>
      message.type === 'error' && ['WRITE_FAILED', 'DISK_FULL', 'FOLDER_UNWRITABLE'].includes(message.code),
  );
  if (lost > 0 && !told) throw new Error(`${lost} frames were lost to ${fault} and nobody was told`);
  if (lost > 0 && (fallback || fault === 'slow' || fault.endsWith('removed')))
    throw new Error(`${lost} of ${sent.sentFrames} frames were lost to ${fault} with a place to go to`);
  if (fallback && told && !(await mastersIn([folders[1] ?? ''], 2)).some(({ dataBytes }) => dataBytes > 0))
    throw new Error('recording did not go on in the fallback folder');
  if (grownBytes > MAX_GROWTH_BYTES)
    throw new Error(`memory grew by ${grownBytes} bytes while the disk stood still`);
  removeFolder(dataDir);
  return fault === 'slow'
    ? { 'MB grown in a stall': grownBytes / 1024 / 1024 }
    : { [`ms lost to ${fault}${fallback ? ' with fallback' : ''}`]: (lost / sent.sampleRate) * 1000 };
}

async function breakDisk(
  fault: (typeof FAULTS)[number],
  dataDir: string,
  faults: DiskFaults,
  random: () => number,
): Promise<void> {
  const { EIO, EROFS } = constants.errno;
  const recordings = join(dataDir, 'recordings');
  if (fault === 'i/o error') faults.fail(EIO, { skip: Math.floor(random() * 6) });
  if (fault === 'read-only') faults.fail(EROFS, { names: true });
  if (fault === 'no new files') faults.fail(EROFS, { skip: 1_000_000, names: true });
  if (fault === 'folder removed') rmSync(join(recordings, 'session'), { recursive: true });
  if (fault === 'recordings removed') rmSync(recordings, { recursive: true });
  return Promise.resolve();
}

/** Lets the disk stand still while ten minutes of audio arrive at once, and says by how much memory grew. */
async function stall(client: TortureClient, engine: EngineProcess, faults: DiskFaults): Promise<number> {
  const before = engine.rssBytes();
  let highest = before;
  faults.stall();
  const until = client.sentFrames + client.shape.sampleRate * 600;
  const sending = client.stream({ speed: 100_000, until: () => client.sentFrames >= until });
  for (let look = 0; look < 30; look++) {
    await delay(100);
    highest = Math.max(highest, engine.rssBytes());
  }
  faults.heal();
  await sending;
  return highest - before;
}
