import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordingType } from '../../../src-main/contract/audio-format.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { shimUnable } from '../disk-shim/disk-shim.ts';
import { createAudioLedger, filesBelow } from '../support/audio-ledger.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import type { DamagedSession } from '../support/damages.ts';
import { startEngine } from '../support/engine-process.ts';
import { listSessions, recoverOn } from '../support/lectern-command.ts';
import { sessionOrdeal } from '../support/session-ordeal.ts';
import type { Suite } from '../support/suite.ts';
import { recordTwoSides, stopTwoSides, type SessionPlan } from '../support/two-sides.ts';
import { verifyTold } from '../support/verify-told.ts';

const RECORDS: readonly (readonly RecordingType[] | undefined)[] = [
  undefined,
  ['user', 'assistant', 'mixed'],
  ['user'],
  ['mixed'],
  ['assistant', 'mixed'],
];

/** Seeds of the short rounds, which are to be alike everywhere: both sides and a mix, copies, parts, a fault, a kill. */
const KNOWN = [1000, 2002, 1003];

export const damagedSessions: Suite = {
  name: 'damaged-sessions',
  promise:
    'sessions of both sides, their mix, copies and parts, damaged twice over after a kill, with recoveries killed and ' +
    'failed on the way: every stretch of audio that some file held is in some file after, and what is gone is told',
  rounds: { short: 2, normal: 60, long: 400 },
  unable: shimUnable,
  open: (depth) =>
    Promise.resolve({
      round: (seed) => round(depth === 'short' ? (KNOWN[seed % KNOWN.length] ?? seed) : seed),
    }),
};

async function round(seed: number) {
  const random = seededRandom(seed);
  const dataDir = temporaryFolder();
  const recordings = join(dataDir, 'recordings');
  const partSeconds = random() < 0.4 ? (12 + Math.floor(random() * 8)) / 10 : undefined;
  const engine = await startEngine({
    dataDir,
    limits: partSeconds === undefined ? {} : { maxDurationSeconds: partSeconds },
  });
  const whole: SessionPlan = { ...planOf('whole', seed + 1, random), format: 'wav', tracks: ['user'] };
  const [finished, recorded, older] = await Promise.all([
    recordTwoSides(engine, { ...whole, record: undefined }).then(async (session) => {
      await stopTwoSides(session);
      return session;
    }),
    recordTwoSides(engine, planOf('session', seed, random)),
    descriptionWhen(join(recordings, 'session'), 500 + random() * 1500),
  ]);
  engine.kill('group');
  await engine.gone();
  finished.socket.terminate();
  recorded.socket.terminate();
  const others = writeOthers(dataDir);
  const before = [...others, ...filesBelow(join(recordings, 'whole'))].map((path) => ({
    path,
    bytes: readFileSync(path),
  }));

  const session: DamagedSession = {
    dataDir,
    id: 'session',
    olderDescription: older,
    foreignDescription: readFileSync(join(recordings, 'whole', 'session.json')),
    hasDescription: true,
    hasCatalog: true,
    overwritten: [],
  };
  const { plan } = recorded;
  const log = [
    `seed ${seed}: ${plan.format} ${plan.sampleRate}/${plan.channels} ${plan.tracks.join('+')}, keeps ${plan.record?.join('+') ?? 'all'}` +
      `, parts of ${partSeconds ?? 'any'} s, ${[...plan.chunks.values()].map((range) => range.join('-')).join(' ')}`,
  ];
  let failedCalls = 0;
  try {
    const ordeal = await sessionOrdeal(recorded, session, { random, log, partSeconds });
    failedCalls = ordeal.failedCalls();
    for (const which of ['a recovery', 'a second one']) {
      log.push(which);
      const { unfinished } = await recoverOn(dataDir, {});
      await ordeal.verifyKept();
      const listed = (await listSessions(dataDir)).find(({ id }) => id === session.id);
      const isTold = listed !== undefined || unfinished.includes(session.id);
      const isKnown = session.hasDescription || session.hasCatalog;
      if (!isTold && (isKnown || ordeal.holdsAudio()))
        throw new Error('it is neither listed nor called unfinished');
      if (listed?.status === 'recording' && !unfinished.includes(session.id))
        throw new Error('it is listed as still being recorded');
      if (listed !== undefined && isKnown && !unfinished.includes(session.id))
        verifyTold(listed, {
          plan,
          ledger: createAudioLedger(recorded),
          recordings,
          overwritten: ordeal.overwritten(),
        });
      for (const { path, bytes } of before)
        if (!readFileSync(path).equals(bytes)) throw new Error(`${path} was changed, which is not its own`);
    }
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)} [${log.join('; ')}]`, {
      cause: error,
    });
  }
  removeFolder(dataDir);
  return { 'calls failed': failedCalls };
}

function planOf(id: string, seed: number, random: () => number): SessionPlan {
  const pick = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0];
  const isStudio = random() < 0.25;
  const isTwo = random() < 0.8;
  const end = 25 + Math.floor(random() * 16);
  const late = random() < 0.3 ? Math.floor(random() * 10) : 0;
  const early = random() < 0.3 ? Math.floor(random() * 8) : 0;
  return {
    id,
    seed,
    format: pick(['wav', 'mp4', 'mp3']),
    sampleRate: isStudio ? 48_000 : 16_000,
    channels: isStudio ? 2 : 1,
    tracks: isTwo ? ['user', 'assistant'] : ['user'],
    record: isTwo ? RECORDS[Math.floor(random() * RECORDS.length)] : undefined,
    chunks: new Map([
      ['user', [0, end]],
      ['assistant', [late, end - early]],
    ]),
    markers: [3 + Math.floor(random() * 15)],
  };
}

/** What describes a session a while after it was begun. */
async function descriptionWhen(folder: string, afterMs: number): Promise<Buffer> {
  await delay(afterMs);
  for (;;)
    try {
      return readFileSync(join(folder, 'session.json'));
    } catch {
      await delay(20);
    }
}

/** Files that are nobody's session, beside and among them. */
function writeOthers(dataDir: string): string[] {
  mkdirSync(join(dataDir, 'elsewhere'));
  const paths = ['elsewhere/user_1.wav.partial', 'recordings/user_1.wav', 'recordings/notes.txt'];
  return paths.map((name) => {
    const path = join(dataDir, name);
    writeFileSync(path, `of no session: ${name}`);
    return path;
  });
}
