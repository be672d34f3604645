import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import { readSessionFile } from '../../../src-main/files/session-file.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { createDiskFaults, shimUnable, type DiskFaults } from '../disk-shim/disk-shim.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { startEngine } from '../support/engine-process.ts';
import { listSessions, recoverAndKill, recoverOn } from '../support/lectern-command.ts';
import { expectPlayable, mastersIn, samplesOf } from '../support/master-files.ts';
import { sentBy } from '../support/sent-by.ts';
import type { Suite } from '../support/suite.ts';
import { connectClient, SPEECH, STUDIO } from '../support/torture-client.ts';
import type { Sent } from '../support/verify-masters.ts';

/** What happens to a master, or to reading it, between a kill and the recovery. */
const KINDS = [
  'bits flipped in the header',
  'header zeroed',
  'header of noise',
  'first reads fail',
  'a stretch cannot be read',
  'bits flipped in the first 4 KiB',
  'first 4 KiB zeroed',
  'cut off',
  'session.json damaged',
  'no room',
] as const;
type Kind = (typeof KINDS)[number];

const HEADER_BYTES = 44;
const BLOCK_BYTES = 4096;

export const damaged: Suite = {
  name: 'damaged',
  promise:
    'masters damaged after a kill, and disks that fail while they are recovered, with recoveries killed on the way: no ' +
    'byte of audio that is there is lost or moved, what is gone is told, and a disk that fails leaves all as it is',
  rounds: { short: 3, normal: 60, long: 400 },
  unable: shimUnable,
  open: () => Promise.resolve({ round }),
};

async function round(seed: number) {
  const random = seededRandom(seed);
  const kind = KINDS[seed % KINDS.length] ?? 'header zeroed';
  const dataDir = temporaryFolder();
  const folder = join(dataDir, 'recordings', 'session');
  const engine = await startEngine({ dataDir });
  const shape = random() < 0.5 ? SPEECH : STUDIO;
  const client = await connectClient(engine, { id: 'session', shape, seed });
  await client.start();
  const until = shape.sampleRate * (2 + Math.floor(random() * 5));
  await client.stream({ speed: 20, until: () => client.sentFrames >= until });
  while (client.ackedFrames < until) await client.wait('ack', ({ frames }) => frames >= until);
  engine.kill('group');
  await engine.gone();

  const sent = sentBy(client);
  const master = join(folder, readdirSync(folder).find((name) => name.endsWith('.wav.partial')) ?? '');
  const expected = damage(kind, master, random);
  const before = readFileSync(master);
  const faults = createDiskFaults(dataDir, basename(master, '.wav.partial'));
  breakDisk(kind, faults, before.length, random);
  if (kind === 'no room') faults.fail(constants.errno.ENOSPC, { names: true });

  const mustFail = kind === 'a stretch cannot be read' || kind === 'no room';
  const first = await recoverOn(dataDir, faults.env);
  if (kind === 'first reads fail' && faults.failedReads() === 0) throw new Error('no read was made to fail');
  if (mustFail) {
    if (first.unfinished.join() !== 'session') throw new Error(`${kind}: it was not said to be unfinished`);
    if (!readFileSync(master).equals(before)) throw new Error(`${kind}: the master was changed all the same`);
    const description = await readSessionFile(folder);
    if (description?.status !== 'recording' || first.recovered.length > 0)
      throw new Error(`${kind}: it is listed as ${description?.status}`);
  }
  faults.heal();
  const kills = random() < 0.5 ? 1 + Math.floor(random() * 2) : 0;
  for (let count = 0; count < kills; count++) await recoverAndKill(dataDir, 200 + random() * 600);
  await recoverOn(dataDir, {});
  await verify(kind, dataDir, folder, sent, expected);
  expectKept(kind, folder, before);
  const again = await recoverOn(dataDir, {});
  if (again.recovered.length > 0) throw new Error('a second recovery found it again');
  removeFolder(dataDir);
  return { [`frames lost to ${kind}`]: sent.ackedFrames - expected.frames + expected.zeroed };
}

interface Expected {
  /** Frames that must be there. */
  readonly frames: number;
  /** Of these at the beginning, those that hold what damage has left. */
  readonly spoiled: number;
  /** Of these, those that are zeros, and must be told. */
  readonly zeroed: number;
}

/** Damages a master, and says what must be left of it. */
function damage(kind: Kind, path: string, random: () => number): Expected {
  const bytes = readFileSync(path);
  const bytesPerFrame = bytes.readUInt16LE(32);
  const frames = Math.floor((bytes.length - HEADER_BYTES) / bytesPerFrame);
  const inBlock = Math.ceil((BLOCK_BYTES - HEADER_BYTES) / bytesPerFrame);
  const flip = (limit: number): void => {
    for (let count = 1 + Math.floor(random() * 6); count > 0; count--) {
      const at = Math.floor(random() * limit);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    }
  };
  let [spoiled, zeroed] = [0, 0];
  if (kind === 'bits flipped in the header') flip(HEADER_BYTES);
  if (kind === 'header zeroed') bytes.fill(0, 0, HEADER_BYTES);
  if (kind === 'header of noise') seededBytes(1 + Math.floor(random() * 1e6), HEADER_BYTES).copy(bytes);
  if (kind === 'bits flipped in the first 4 KiB') {
    flip(BLOCK_BYTES);
    spoiled = inBlock;
  }
  if (kind === 'first 4 KiB zeroed') {
    bytes.fill(0, 0, BLOCK_BYTES);
    spoiled = zeroed = inBlock;
  }
  writeFileSync(path, bytes);
  if (kind === 'session.json damaged') {
    const description = join(path, '..', 'session.json');
    const text = readFileSync(description);
    writeFileSync(description, text.subarray(0, Math.floor(text.length * random())));
  }
  if (kind !== 'cut off') return { frames, spoiled, zeroed };
  const left = Math.floor(frames * random());
  truncateSync(path, HEADER_BYTES + left * bytesPerFrame);
  return { frames: left, spoiled: 0, zeroed: 0 };
}

function breakDisk(kind: Kind, faults: DiskFaults, size: number, random: () => number): void {
  const { EIO } = constants.errno;
  if (kind === 'first reads fail')
    // A short master is read twice: its head, then all of it.
    faults.failReads(EIO, { skip: Math.floor(random() * 2), times: 1 + Math.floor(random() * 2) });
  if (kind === 'a stretch cannot be read') {
    const from = Math.floor(random() * (size - BLOCK_BYTES));
    faults.failReads(EIO, { from, to: from + BLOCK_BYTES });
  }
}

/** Every frame that was left is where it was, and the session says how many are not. */
async function verify(
  kind: Kind,
  dataDir: string,
  folder: string,
  sent: Sent,
  { frames, spoiled, zeroed }: Expected,
): Promise<void> {
  const { bytesPerFrame } = sent.pattern;
  const files = await mastersIn([folder], bytesPerFrame);
  await expectPlayable(files, bytesPerFrame);
  const [file] = files;
  if (file === undefined || file.partial || files.length > 1) throw new Error(`${kind}: expected one master`);
  const samples = await samplesOf(file);
  if (samples.length !== frames * bytesPerFrame)
    throw new Error(`${kind}: ${samples.length / bytesPerFrame} frames of ${frames} are left`);
  const difference = sent.pattern.firstDifference(samples.subarray(spoiled * bytesPerFrame), spoiled);
  if (difference !== undefined) throw new Error(`${kind}: frame ${difference} is not what was sent`);
  const [session] = await listSessions(dataDir);
  const gone = sent.ackedFrames - frames + zeroed;
  if (session === undefined) throw new Error(`${kind}: it is not listed`);
  const told = session.recovered?.lost_seconds_at_most ?? (frames === 0 ? Infinity : 0);
  if (gone / sent.sampleRate > told)
    throw new Error(`${kind}: ${gone} frames are gone and ${told} s are told`);
  const report = session.parts[0]?.report;
  const missing = (report?.expected ?? 0) - (report?.captured ?? 0);
  if (missing < gone || (gone === 0 && missing > 0))
    throw new Error(`${kind}: ${gone} frames are gone and the report tells of ${missing}`);
  if (session.status !== (frames - zeroed > 0 ? 'recovered' : 'failed'))
    throw new Error(`${kind}: it is listed as ${session.status}`);
}

/** What was damaged is still somewhere, as it was found, wherever more than its figures was changed. */
function expectKept(kind: Kind, folder: string, before: Buffer): void {
  const isMended = kind === 'header zeroed' || kind === 'header of noise' || kind === 'first 4 KiB zeroed';
  if (!isMended) return;
  const kept = readdirSync(folder).filter(
    (name) => name.includes('.aside') && existsSync(join(folder, name)),
  );
  if (!kept.some((name) => readFileSync(join(folder, name)).equals(before)))
    throw new Error(`${kind}: the damaged master was not kept`);
}
