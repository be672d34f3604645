import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../support/seeded-random.ts';
import { removeFolder, temporaryFolder, unmount } from '../support/cleanup.ts';
import { startEngine } from '../support/engine-process.ts';
import { setFallback } from '../support/fallback.ts';
import { listSessions } from '../support/lectern-command.ts';
import { sendInLockStep } from '../support/lock-step.ts';
import { mastersIn } from '../support/master-files.ts';
import { decodingComplaints } from '../support/players.ts';
import { fillDisk, freeBytes, mountSmallDisk, mountUnable } from '../support/small-disk.ts';
import type { Suite } from '../support/suite.ts';
import { connectClient, SPEECH } from '../support/torture-client.ts';
import { verifyMasters } from '../support/verify-masters.ts';

const DISK_MEBIBYTES = 2;
const KINDS = [
  { format: 'wav', fallback: false },
  { format: 'mp4', fallback: false },
  { format: 'wav', fallback: true },
  { format: 'mp4', fallback: true },
] as const;

export const fullDisk: Suite = {
  name: 'full-disk',
  promise:
    'ENOSPC on a 2 MB disk, filled to a random level: 99 % of what fits is kept and plays, DISK_FULL comes within a ' +
    'chunk; with a fallback folder nothing at all is lost',
  rounds: { short: 2, normal: 60, long: 300 },
  unable: mountUnable,
  open: () => Promise.resolve({ round }),
};

async function round(seed: number) {
  const random = seededRandom(seed);
  const kind = KINDS[seed % KINDS.length] ?? KINDS[0];
  const dataDir = temporaryFolder();
  const disk = join(dataDir, 'recordings');
  const fallbackDir = join(dataDir, 'elsewhere');
  mountSmallDisk(disk, DISK_MEBIBYTES);
  fillDisk(disk, Math.floor(random() * 0.6 * DISK_MEBIBYTES * 1024 * 1024));
  if (kind.fallback) setFallback(dataDir, fallbackDir);
  // In half of the rounds the disk is full in the middle of many short parts.
  const manyParts = random() < 0.5;
  const engine = await startEngine({
    dataDir,
    limits: manyParts ? { maxDurationSeconds: 1 + 2 * random() } : {},
  });
  const client = await connectClient(engine, { id: 'full', shape: { ...SPEECH, format: kind.format }, seed });
  await client.start({ on_limit: 'continue' });
  const fits = freeBytes(disk);
  let copyBytes = 0;
  const watching = setInterval(
    () => (copyBytes = Math.max(copyBytes, partialCopyBytes(join(disk, 'full')))),
    5,
  );
  const failure = await sendInLockStep(client, { until: ['DISK_FULL'] }).finally(() =>
    clearInterval(watching),
  );
  if (failure === undefined) throw new Error('expected DISK_FULL, none came');
  const chunkFrames = client.shape.sampleRate / 10;

  if (kind.fallback) {
    await client.stream({ speed: 20, until: () => client.ackedFrames === 0 || random() < 0.02 });
    client.say({ action: 'stop' });
    await client.wait('recording_stopped', ({ reason }) => reason === undefined);
  } else {
    await client.wait('recording_stopped', ({ reason }) => reason === 'disk_full');
  }
  await engine.stop();
  const sent = {
    ...client,
    sampleRate: client.shape.sampleRate,
    sentFrames: client.sentFrames,
    ackedFrames: client.ackedFrames,
  };
  const folders = [join(disk, 'full'), join(fallbackDir, 'full')];
  const frames = await verifyMasters(folders, sent, { finished: true });
  const [session] = await listSessions(dataDir);
  if (Math.round((session?.duration_seconds ?? 0) * sent.sampleRate) !== frames)
    throw new Error(`${frames} frames are in the files, ${session?.duration_seconds ?? 0} s are listed`);
  for (const file of session?.files ?? []) {
    if (file.status !== 'completed' || file.format === 'wav') continue;
    const name = file.file_path.replace('full/', '');
    const path = folders.map((folder) => join(folder, name)).find((candidate) => sizeOf(candidate) > 0) ?? '';
    const complaints = await decodingComplaints(path);
    if (complaints !== '') throw new Error(`${name} does not decode: ${complaints}`);
  }
  const fallbackUsed = (await mastersIn([folders[1] ?? ''], 2)).some(({ dataBytes }) => dataBytes > 0);
  unmount(disk);
  removeFolder(dataDir);

  if (kind.fallback) {
    if (!fallbackUsed) throw new Error('recording did not go on in the fallback folder');
    if (frames !== client.sentFrames)
      throw new Error(`${client.sentFrames - frames} frames were lost on the way`);
    return { 'lost frames with fallback': 0 };
  }
  const late = Math.ceil((client.sentFrames - frames) / chunkFrames);
  if (late > 1) throw new Error(`DISK_FULL came ${late} chunks after the one that did not fit`);
  // The files' own rounding and their growing list take a share that no single recording has.
  if (manyParts) return { 'chunks until DISK_FULL': late };
  const keptBytes = frames * sent.pattern.bytesPerFrame;
  const unusedShare = Math.max(0, 1 - (keptBytes + copyBytes) / fits);
  if (unusedShare > 0.01)
    throw new Error(`${(unusedShare * 100).toFixed(2)} % of the ${fits} bytes that were free are not used`);
  return { 'unused %': unusedShare * 100, 'chunks until DISK_FULL': late };
}

/** What live encoders have on the disk beside the masters. */
function partialCopyBytes(folder: string): number {
  return readdirSync(folder)
    .filter((name) => /\.mp4(\.partial)?$/.test(name))
    .reduce((sum, name) => sum + sizeOf(join(folder, name)), 0);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
