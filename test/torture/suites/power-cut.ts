import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { seededRandom } from '../../support/seeded-random.ts';
import { openTestRecorder } from '../../support/test-recorder.ts';
import { recordWrites, shimUnable } from '../disk-shim/disk-shim.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { startEngine } from '../support/engine-process.ts';
import { expectPlayable, mastersIn, samplesOf } from '../support/master-files.ts';
import { createUnsafeDisk, type Aftermath, type UnsafeDisk } from '../support/unsafe-disk.ts';
import { sentBy } from '../support/sent-by.ts';
import type { Suite } from '../support/suite.ts';
import { connectClient, SPEECH, STUDIO, type TortureClient } from '../support/torture-client.ts';
import { verifyMasters, type Sent } from '../support/verify-masters.ts';
import { readWriteLog, type DiskEvent } from '../support/write-log.ts';

const SYNC_INTERVAL_MS = 1000;
const CHUNK_MS = 100;
/** How late a timer may fire on a busy machine. */
const TIMER_SLACK_MS = 50;
const CUTS = { short: 12, normal: 40, long: 60 };

export const powerCut: Suite = {
  name: 'power-cut',
  promise:
    'the engine’s own writes and syncs replayed up to a random moment, what was not synced discarded, or applied in ' +
    'part: at most 1 s plus a chunk is lost, no header claims more than its data, everything plays after recovery',
  rounds: { short: 1, normal: 25, long: 150 },
  unable: shimUnable,
  open: (depth) => Promise.resolve({ round: (seed) => round(seed, CUTS[depth]) }),
};

/** What had been handed to the socket, and when. */
interface Progress {
  readonly atNs: bigint;
  readonly frames: number;
}

interface Recorded {
  readonly sent: Sent;
  readonly progress: readonly Progress[];
}

async function round(seed: number, cuts: number) {
  const random = seededRandom(seed);
  const dataDir = temporaryFolder();
  mkdirSync(join(dataDir, 'recordings'));
  // An earlier launch has left its catalog.
  await (await openTestRecorder({ dataDir })).recorder.close();
  const disk = createUnsafeDisk(dataDir);
  const logPath = join(temporaryFolder(), 'writes');
  const engine = await startEngine({
    dataDir,
    env: recordWrites(dataDir, logPath),
    limits: random() < 0.5 ? { maxDurationSeconds: 1 + 2 * random() } : {},
  });
  const clients = [
    await connectClient(engine, { id: 'speech', shape: SPEECH, seed }),
    await connectClient(engine, { id: 'studio', shape: STUDIO, seed }),
  ];
  const recorded = await Promise.all(clients.map((client) => recordFor(client, 3 + 3 * random())));
  await engine.stop();

  const events = readWriteLog(logPath);
  expectCatalogSynced(events, recorded);
  const lossMs: number[] = [];
  const loose: number[] = [];
  let next = 0;
  for (const atNs of momentsOf(recorded, cuts, random)) {
    for (let event = events[next]; event !== undefined && event.atNs <= atNs; event = events[++next])
      disk.apply(event);
    for (const aftermath of ['discarded', 'scattered'] as const) {
      const cut = { disk, aftermath, atNs, slowestSyncMs: slowestSyncMs(events) };
      for (const outcome of await afterPowerCut(cut, recorded, random)) {
        if (aftermath === 'discarded') lossMs.push(outcome.lossMs);
        else loose.push(outcome.holeMs);
      }
    }
  }
  removeFolder(dataDir);
  return { 'lost ms': lossMs, 'ms of silence in scattered tails': loose };
}

/** Streams in real time and stops, noting when each chunk was sent. */
async function recordFor(client: TortureClient, seconds: number): Promise<Recorded> {
  const progress: Progress[] = [];
  await client.start({ on_limit: 'continue' });
  await client.stream({
    speed: 1,
    until: () => {
      progress.push({ atNs: process.hrtime.bigint(), frames: client.sentFrames });
      return client.sentFrames >= seconds * client.shape.sampleRate;
    },
  });
  client.say({ action: 'stop' });
  await client.wait('recording_stopped', ({ reason }) => reason === undefined);
  progress.push({ atNs: process.hrtime.bigint(), frames: client.sentFrames });
  return { sent: sentBy(client), progress };
}

/** Random moments from the first start to a little after the last stop, in order. */
function momentsOf(recorded: readonly Recorded[], count: number, random: () => number): bigint[] {
  const times = recorded.flatMap(({ progress }) => progress.map(({ atNs }) => atNs));
  const first = times.reduce((a, b) => (a < b ? a : b));
  const last = times.reduce((a, b) => (a > b ? a : b));
  return Array.from(
    { length: count },
    () => first + BigInt(Math.floor(Number(last - first) * random())),
  ).toSorted((a, b) => Number(a - b));
}

interface PowerCut {
  readonly disk: UnsafeDisk;
  readonly aftermath: Aftermath;
  readonly atNs: bigint;
  readonly slowestSyncMs: number;
}

async function afterPowerCut(
  { disk, aftermath, atNs, slowestSyncMs }: PowerCut,
  recorded: readonly Recorded[],
  random: () => number,
) {
  const folder = temporaryFolder();
  disk.cutPower(folder, aftermath, random);
  const outcomes: { lossMs: number; holeMs: number }[] = [];
  const cutOff = recorded.map(({ sent, progress }) => ({
    ...sent,
    ackedFrames: 0,
    // The chunk that is sent at this moment is not noted yet.
    sentFrames: (progress.findLast((each) => each.atNs <= atNs)?.frames ?? 0) + sent.sampleRate / 10,
  }));
  for (const sent of cutOff) {
    const session = join(folder, 'recordings', sent.id);
    if (aftermath === 'discarded')
      await verifyMasters(
        [session],
        { ...sent, sentFrames: Infinity },
        { finished: false, skipPlayers: random() < 0.8 },
      );
    rebooted(session);
  }
  const { recorder } = await openTestRecorder({ dataDir: folder });
  const { sessions } = await recorder.handlers['sessions.list']({});
  await recorder.close();
  for (const sent of cutOff) {
    const session = join(folder, 'recordings', sent.id);
    const files = await mastersIn([session], sent.pattern.bytesPerFrame);
    if (random() < 0.2) await expectPlayable(files, sent.pattern.bytesPerFrame);
    let frames = 0;
    let holeFrames = 0;
    for (const file of files) {
      if (file.partial || !file.header || file.declaredBytes !== file.dataBytes)
        throw new Error(`${aftermath}: ${basename(file.path)} was left unfinished`);
      const samples = await samplesOf(file);
      const exact =
        sent.pattern.firstDifference(samples, frames) ?? samples.length / sent.pattern.bytesPerFrame;
      const loose = samples.subarray(exact * sent.pattern.bytesPerFrame);
      if (loose.length > 0 && aftermath === 'discarded')
        throw new Error(`${basename(file.path)} differs from what was sent at frame ${frames + exact}`);
      holeFrames += holesIn(loose, sent, frames + exact);
      frames += samples.length / sent.pattern.bytesPerFrame;
    }
    const listed = sessions.find(({ id }) => id === sent.id);
    if (files.length > 0 && Math.round((listed?.duration_seconds ?? -1) * sent.sampleRate) !== frames)
      throw new Error(
        `${aftermath}: ${sent.id} holds ${frames} frames and is listed as ${listed?.duration_seconds ?? 'nothing'}`,
      );
    const lostFrames = Math.max(0, sent.sentFrames - sent.sampleRate / 10 - frames);
    const lossMs = (lostFrames / sent.sampleRate) * 1000;
    const allowedMs = SYNC_INTERVAL_MS + CHUNK_MS + slowestSyncMs + TIMER_SLACK_MS;
    if (lossMs > allowedMs)
      throw new Error(
        `${aftermath}: ${lossMs.toFixed(0)} ms of ${sent.id} were lost, ${allowedMs.toFixed(0)} ms are allowed`,
      );
    const admitted = listed?.recovered?.lost_seconds_at_most;
    if (admitted !== undefined && lossMs > admitted * 1000)
      throw new Error(`${aftermath}: ${sent.id} lost ${lossMs} ms and admits ${admitted} s`);
    outcomes.push({ lossMs, holeMs: (holeFrames / sent.sampleRate) * 1000 });
  }
  removeFolder(folder);
  return outcomes;
}

/**
 * Frames that are silence where audio was sent: blocks that never reached the platter. Fails on anything else, and on
 * more than a file's last second can hold.
 */
function holesIn(loose: Buffer, { pattern, sampleRate }: Sent, startFrame: number): number {
  const { bytesPerFrame } = pattern;
  const expected = pattern.bytes(startFrame, loose.length / bytesPerFrame);
  let silent = 0;
  for (let at = 0; at < loose.length; at++) {
    if (loose[at] === expected[at]) continue;
    if (loose[at] !== 0)
      throw new Error(
        `frame ${startFrame + Math.floor(at / bytesPerFrame)} is neither what was sent nor silence`,
      );
    silent++;
  }
  if (loose.length / bytesPerFrame > 1.5 * sampleRate)
    throw new Error(`${loose.length / bytesPerFrame} frames before the end were not safe on the disk`);
  return silent / bytesPerFrame;
}

/** A power cut means another boot; here the machine is still the same one. */
function rebooted(session: string): void {
  const path = join(session, '.owner');
  if (!existsSync(path)) return;
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"booted_at":\d+/, '"booted_at":1000'));
}

/** Every commit is made durable within a second, not only when the engine ends. */
function expectCatalogSynced(events: readonly DiskEvent[], recorded: readonly Recorded[]): void {
  const syncs = events.flatMap((event) =>
    event.kind === 'sync begin' && event.path.endsWith('lectern.db-wal') ? [event] : [],
  );
  const logs = new Set(syncs.map(({ inode }) => inode));
  const stops = recorded.flatMap(({ progress }) => progress.slice(-1).map(({ atNs }) => atNs));
  const firstStopNs = stops.reduce((a, b) => (a < b ? a : b));
  const patienceNs = BigInt(Math.ceil((SYNC_INTERVAL_MS + TIMER_SLACK_MS + slowestSyncMs(events)) * 1e6));
  for (const event of events) {
    if (event.kind !== 'write' || !logs.has(event.inode) || event.atNs > firstStopNs - patienceNs) continue;
    if (!syncs.some(({ atNs }) => atNs >= event.atNs && atNs <= event.atNs + patienceNs))
      throw new Error(`the catalog's log was not synced within ${patienceNs / 1_000_000n} ms of a commit`);
  }
}

/** The longest that the disk itself took over a sync: audio that arrives meanwhile is not safe yet. */
function slowestSyncMs(events: readonly DiskEvent[]): number {
  const begun = new Map<bigint, bigint>();
  let slowest = 0;
  for (const event of events) {
    if (event.kind === 'sync begin') begun.set(event.syncId, event.atNs);
    if (event.kind === 'sync end')
      slowest = Math.max(slowest, Number(event.atNs - (begun.get(event.syncId) ?? event.atNs)));
  }
  return slowest / 1e6;
}
