import Database from 'better-sqlite3';
import { rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { readSessionFile } from '../../../src-main/files/session-file.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { createDiskFaults, shimUnable, type DiskFaults } from '../disk-shim/disk-shim.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { startEngine } from '../support/engine-process.ts';
import { listSessions } from '../support/lectern-command.ts';
import { sentBy } from '../support/sent-by.ts';
import type { Suite } from '../support/suite.ts';
import { connectClient, SPEECH } from '../support/torture-client.ts';
import { verifyMasters } from '../support/verify-masters.ts';

const FAULTS = ['locked', 'read-only', 'corrupt', 'emptied', 'deleted'] as const;

/** Times real time: what is lost to a kill is lost this many times over. */
const SPEED = 10;

export const database: Suite = {
  name: 'database',
  promise:
    'the catalog is locked by another process, read-only, overwritten with garbage, emptied or deleted while ' +
    'recording: the audio is complete, and the next launch lists what the session.json files tell',
  rounds: { short: 2, normal: 50, long: 250 },
  unable: shimUnable,
  open: () => Promise.resolve({ round }),
};

async function round(seed: number) {
  const random = seededRandom(seed);
  const fault = FAULTS[seed % FAULTS.length] ?? 'locked';
  const dataDir = temporaryFolder();
  const path = join(dataDir, 'lectern.db');
  const faults = createDiskFaults(dataDir, 'lectern.db');
  const engine = await startEngine({ dataDir, env: faults.env });
  const before = await connectClient(engine, { id: 'before', shape: SPEECH, seed });
  await before.start();
  await before.stream({ speed: 50, until: () => before.sentFrames >= SPEECH.sampleRate });
  before.say({ action: 'stop' });
  await before.wait('recording_stopped');

  const during = await connectClient(engine, { id: 'during', shape: SPEECH, seed });
  const faultFirst = random() < 0.3;
  const mend = (): (() => void) => breakCatalog(fault, path, faults, seed);
  let mended = faultFirst ? mend() : undefined;
  await during.start({ title: 'While the catalog fails' });
  const half = SPEECH.sampleRate * (0.5 + random() * 2);
  await during.stream({ speed: SPEED, until: () => during.sentFrames >= half });
  mended ??= mend();
  during.say({ action: 'marker', label: 'still here' });
  await during.stream({ speed: SPEED, until: () => during.sentFrames >= 2 * half });
  const killed = random() < 0.3;
  if (!killed) {
    during.say({ action: 'stop' });
    await during.wait('recording_stopped');
  }
  const sent = sentBy(during);
  if (killed) engine.kill('group');
  else await engine.stop();
  await engine.gone();
  mended();

  const listed = await listSessions(dataDir);
  const ids = listed.map(({ id }) => id).toSorted();
  if (ids.join() !== 'before,during') throw new Error(`${fault}: the next launch lists ${ids.join(', ')}`);
  for (const client of [sentBy(before), sent]) {
    const folder = join(dataDir, 'recordings', client.id);
    const frames = await verifyMasters([folder], client, { finished: true });
    const lost = client.sentFrames - frames;
    if (lost > (killed && client === sent ? SPEED * SPEECH.sampleRate : 0))
      throw new Error(`${fault}: ${lost} frames of ${client.id} were lost`);
    const session = listed.find(({ id }) => id === client.id);
    const described = await readSessionFile(folder);
    if (session === undefined || described === undefined)
      throw new Error(`${fault}: ${client.id} has no session.json`);
    for (const key of ['title', 'status', 'duration_seconds', 'markers', 'revision'] as const)
      if (JSON.stringify(session[key]) !== JSON.stringify(described[key]))
        throw new Error(
          `${fault}: the list says ${key} ${JSON.stringify(session[key])}, session.json ${JSON.stringify(described[key])}`,
        );
    if (Math.round(session.duration_seconds * client.sampleRate) !== frames)
      throw new Error(`${fault}: ${frames} frames are there, ${session.duration_seconds} s are listed`);
  }
  const [marker] = (await readSessionFile(join(dataDir, 'recordings', 'during')))?.markers ?? [];
  if (!killed && marker?.label !== 'still here') throw new Error(`${fault}: the marker is gone`);
  removeFolder(dataDir);
  return { [`frames lost, ${fault}`]: killed ? 0 : sent.sentFrames - sent.ackedFrames };
}

/** Does it, and gives the way to take back what a user or the system would: a lock, a read-only mount. */
function breakCatalog(
  fault: (typeof FAULTS)[number],
  path: string,
  faults: DiskFaults,
  seed: number,
): () => void {
  switch (fault) {
    case 'locked': {
      const other = new Database(path);
      other.exec('BEGIN IMMEDIATE');
      return () => other.close();
    }
    case 'read-only':
      faults.fail(constants.errno.EROFS, { names: true });
      return faults.heal;
    case 'corrupt':
      for (const suffix of ['', '-wal'])
        writeFileSync(
          path + suffix,
          seededBytes(seed, statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0),
          {
            flag: 'r+',
          },
        );
      return () => undefined;
    case 'emptied':
      truncateSync(path, 0);
      return () => undefined;
    case 'deleted':
      for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
      return () => undefined;
  }
}
