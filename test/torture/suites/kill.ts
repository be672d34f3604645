import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Marker } from '../../../src-main/contract/session-record.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { startEngine } from '../support/engine-process.ts';
import { listSessions, recover, recoverAndKill } from '../support/lectern-command.ts';
import { mastersIn } from '../support/master-files.ts';
import { decodedSeconds, decodingComplaints } from '../support/players.ts';
import type { Depth, Suite } from '../support/suite.ts';
import { connectClient, SPEECH, STUDIO, type TortureClient } from '../support/torture-client.ts';
import { verifyMasters, type Sent } from '../support/verify-masters.ts';

const MOMENTS = ['start', 'stream', 'stream', 'roll-over', 'stop'] as const;
type Moment = (typeof MOMENTS)[number];

/** Of a part: half a second of a fragment, and what is on its way through the pipe and the encoder. */
const MP4_LOSS_SECONDS: Record<Depth, number> = { short: 3, normal: 1, long: 1 };

/** A machine that runs other tests may keep a process waiting; the promise itself is a second, 250 ms the goal. */
const MAX_LOSS_MS: Record<Depth, number> = { short: 1000, normal: 250, long: 250 };

export const kill: Suite = {
  name: 'kill',
  promise:
    'kill -9 of the engine in start, stream, roll-over and stop: every WAV plays, exact to its end, with all that was ' +
    'acknowledged, before and after a recovery that is killed and repeated; 250 ms lost at most, of MP4 a fragment',
  rounds: { short: 2, normal: 200, long: 1000 },
  open: (depth) => Promise.resolve({ round: (seed) => killRound(seed, depth) }),
};

interface Snapshot extends Sent {
  readonly markers: readonly Omit<Marker, 'part'>[];
  readonly format: string;
  readonly started: boolean;
  readonly heardFrames: number;
}

async function killRound(seed: number, depth: Depth) {
  const maxLossMs = MAX_LOSS_MS[depth];
  const random = seededRandom(seed);
  const moment = MOMENTS[Math.floor(random() * MOMENTS.length)] ?? 'stream';
  const dataDir = temporaryFolder();
  // Parts of a second or so, so that a round sees several.
  const limits = moment === 'roll-over' ? { maxDurationSeconds: 0.6 + random() } : {};
  const engine = await startEngine({ dataDir, limits });
  const shapes = [
    { ...SPEECH, id: 'speech' },
    { ...STUDIO, id: 'studio' },
    { ...SPEECH, id: 'encoded', format: 'mp4' as const },
  ];
  const clients: TortureClient[] = [];
  for (const { id, ...shape } of shapes) clients.push(await connectClient(engine, { id, shape, seed }));

  const whom = random() < 0.5 ? 'engine' : 'group';
  const running = clients.map((client) => runClient(client, moment, random));
  await atMoment(moment, clients, random);
  engine.kill(whom);
  const snapshots = clients.map(snapshotOf);
  await Promise.all([...running, engine.gone()]);

  // Before recovery.
  const folderOf = (id: string): string => join(dataDir, 'recordings', id);
  const lossMs: number[] = [];
  for (const sent of snapshots) {
    const frames = await verifyMasters([folderOf(sent.id)], sent, { finished: false });
    lossMs.push(((sent.heardFrames - frames) / sent.sampleRate) * 1000);
  }
  const mp4LossMs = await mp4Losses(folderOf('encoded'), snapshots, MP4_LOSS_SECONDS[depth]);

  const kills = random() < 0.5 ? 1 + Math.floor(random() * 2) : 0;
  for (let count = 0; count < kills; count++) await recoverAndKill(dataDir, 200 + random() * 900);
  await recover(dataDir);
  await verifyRecovered(dataDir, snapshots);
  const before = await digests(dataDir);
  const again = await recover(dataDir);
  if (again.length > 0) throw new Error(`a second recovery found ${again.map(({ id }) => id).join(', ')}`);
  if (!isDeepStrictEqual(await digests(dataDir), before)) throw new Error('a second recovery changed files');

  const worst = Math.max(...lossMs);
  if (worst > maxLossMs)
    throw new Error(`${worst.toFixed(0)} ms were lost at ${moment}; ${maxLossMs} ms are allowed`);
  removeFolder(dataDir);
  return { 'lost ms': lossMs, ...(mp4LossMs.length === 0 ? {} : { 'MP4 lost ms a part': mp4LossMs }) };
}

/** What a sender does until the engine dies: starts, streams in real time, sets markers, perhaps stops. */
async function runClient(client: TortureClient, moment: Moment, random: () => number): Promise<void> {
  const stopAfter = moment === 'stop' ? 6 + Math.floor(random() * 15) : Infinity;
  const markAfter = 3 + Math.floor(random() * 10);
  const chunkFrames = client.shape.sampleRate / 10;
  try {
    // Audio is sent once the engine has said that it records, as the app does.
    await client.start({ on_limit: 'continue' });
    let marked = false;
    await client.stream({
      speed: 1,
      until: () => {
        if (!marked && client.sentFrames >= markAfter * chunkFrames) {
          marked = true;
          client.say({ action: 'marker', label: 'exam' });
        }
        return client.sentFrames >= stopAfter * chunkFrames;
      },
    });
    if (client.connected && moment === 'stop') client.say({ action: 'stop' });
  } catch {
    // The connection ended with the engine.
  }
}

/** Waits for a random instant of what is to be hit. */
async function atMoment(
  moment: Moment,
  clients: readonly TortureClient[],
  random: () => number,
): Promise<void> {
  const [speech] = clients;
  if (speech === undefined) return;
  if (moment === 'start') return delay(random() * 150);
  await speech.wait('recording_started');
  if (moment === 'stream') return delay(random() * 3000);
  if (moment === 'stop') {
    const patienceMs = performance.now() + 10_000;
    while (
      !clients.every(({ shape, sentFrames }) => sentFrames >= shape.sampleRate * 0.6) &&
      performance.now() < patienceMs
    )
      await delay(5);
    return delay(random() * 1600);
  }
  // A new part is announced when the old one is closed: around then is the roll-over.
  const part = 2 + Math.floor(random() * 2);
  await speech.wait('error', ({ code }) => code === 'DURATION_LIMIT');
  if (part > 2) await speech.wait('recording_started', (message) => message.part === part - 1);
  return delay(random() * 60);
}

function snapshotOf(client: TortureClient): Snapshot {
  const { id, pattern, shape, sentFrames, ackedFrames, messages } = client;
  return {
    id,
    pattern,
    sampleRate: shape.sampleRate,
    sentFrames,
    ackedFrames,
    heardFrames: client.heardFrames(),
    format: shape.format,
    started: messages.some(({ type }) => type === 'recording_started'),
    markers: messages.flatMap((message) =>
      message.type === 'marker_added'
        ? [{ label: message.label, frame: Math.round(message.position_seconds * shape.sampleRate) }]
        : [],
    ),
  };
}

/** What each part's growing MP4 holds less than was sent of it; nothing where the session never began. */
async function mp4Losses(
  folder: string,
  snapshots: readonly Snapshot[],
  allowedSeconds: number,
): Promise<number[]> {
  const sent = snapshots.find(({ id }) => id === 'encoded');
  if (sent === undefined || !existsSync(folder)) return [];
  const { bytesPerFrame } = sent.pattern;
  const masters = await mastersIn([folder], bytesPerFrame);
  const copies = (await readdir(folder)).filter((name) => /\.mp4(\.partial)?$/.test(name));
  const losses: number[] = [];
  let before = 0;
  for (const [index, master] of masters.entries()) {
    const stem = basename(master.path).replace(/\.wav(\.partial)?$/, '');
    // Both are there where the kill came between naming one and removing the other.
    const ofPart = copies.filter((name) => name.startsWith(`${stem}.mp4`));
    const held = await Promise.all(ofPart.map((name) => decodedSeconds(join(folder, name))));
    const frames = index === masters.length - 1 ? sent.sentFrames - before : master.dataBytes / bytesPerFrame;
    before += frames;
    const lost = frames / sent.sampleRate - Math.max(0, ...held);
    if (lost > allowedSeconds)
      throw new Error(
        `${lost.toFixed(2)} s of ${stem} are missing from the MP4 before recovery; ${allowedSeconds.toFixed(2)} s are allowed`,
      );
    losses.push(Math.max(0, lost * 1000));
  }
  return losses;
}

async function verifyRecovered(dataDir: string, snapshots: readonly Snapshot[]): Promise<void> {
  const listed = await listSessions(dataDir);
  for (const sent of snapshots) {
    const folder = join(dataDir, 'recordings', sent.id);
    const session = listed.find(({ id }) => id === sent.id);
    if (session === undefined) {
      if (sent.started) throw new Error(`${sent.id} had started and is not listed after recovery`);
      continue;
    }
    if (session.status !== 'recovered' && session.status !== 'completed')
      throw new Error(`${sent.id} is ${session.status} after recovery`);
    const frames = await verifyMasters([folder], sent, { finished: true });
    const listedFrames = Math.round(session.duration_seconds * sent.sampleRate);
    if (listedFrames !== frames)
      throw new Error(`${sent.id} holds ${frames} frames, ${listedFrames} are listed`);
    const lost = (sent.sentFrames - frames) / sent.sampleRate;
    if (session.recovered !== null && lost > 1 + session.recovered.lost_seconds_at_most)
      throw new Error(
        `${sent.id} lost ${lost} s and says ${session.recovered.lost_seconds_at_most} s at most`,
      );
    for (const { label, frame } of sent.markers) {
      const kept = session.markers.some(
        (marker) =>
          marker.label === label &&
          marker.frame + framesBefore(session.parts, marker.part, sent.sampleRate) === frame,
      );
      if (!kept)
        throw new Error(`the marker at ${frame} of ${sent.id} is gone: ${JSON.stringify(session.markers)}`);
    }
    if (sent.format !== 'mp4') continue;
    for (const file of session.files.filter(({ master, duration_ms }) => !master && duration_ms > 0)) {
      const path = join(dataDir, 'recordings', file.file_path);
      if (file.status !== 'completed') throw new Error(`${file.file_path} is ${file.status} after recovery`);
      const complaints = await decodingComplaints(path);
      if (complaints !== '') throw new Error(`${file.file_path} does not decode: ${complaints}`);
      const differenceMs = (await decodedSeconds(path)) * 1000 - file.duration_ms;
      if (Math.abs(differenceMs) > 70)
        throw new Error(`${file.file_path} is ${differenceMs} ms off its master's ${file.duration_ms} ms`);
    }
  }
}

function framesBefore(
  parts: readonly { part: number; duration_seconds: number }[],
  part: number,
  sampleRate: number,
): number {
  return parts
    .filter((earlier) => earlier.part < part)
    .reduce((sum, { duration_seconds }) => sum + Math.round(duration_seconds * sampleRate), 0);
}

async function digests(dataDir: string): Promise<Record<string, string>> {
  const root = join(dataDir, 'recordings');
  if (!existsSync(root)) return {};
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(
    await Promise.all(
      files.toSorted().map(async (path) => [
        path,
        createHash('sha1')
          .update(await readFile(path))
          .digest('hex'),
      ]),
    ),
  ) as Record<string, string>;
}
