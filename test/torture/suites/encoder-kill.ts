import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../../support/seeded-random.ts';
import { removeFolder, temporaryFolder } from '../support/cleanup.ts';
import { childrenOf, startEngine } from '../support/engine-process.ts';
import { decodedSeconds, decodingComplaints } from '../support/players.ts';
import { sentBy } from '../support/sent-by.ts';
import type { Suite } from '../support/suite.ts';
import { connectClient, SPEECH, STUDIO } from '../support/torture-client.ts';
import { verifyMasters } from '../support/verify-masters.ts';

const SIGNALS = ['SIGKILL', 'SIGSTOP'] as const;
const MOMENTS = ['recording', 'stopping'] as const;

export const encoderKill: Suite = {
  name: 'encoder-kill',
  promise:
    'ffmpeg is killed, or stopped and left hanging, while recording and while finishing: the WAV is answered within ' +
    'a second and untouched, and the MP4 is delivered whole, with it or after it',
  rounds: { short: 1, normal: 60, long: 300 },
  open: () => Promise.resolve({ round }),
};

async function round(seed: number) {
  const random = seededRandom(seed);
  const signal = SIGNALS[seed % 2] ?? 'SIGKILL';
  const moment = random() < 0.75 ? MOMENTS[0] : MOMENTS[1];
  const shape = { ...(random() < 0.5 ? SPEECH : STUDIO), format: 'mp4' as const };
  const dataDir = temporaryFolder();
  const engine = await startEngine({ dataDir });
  const client = await connectClient(engine, { id: 'encoded', shape, seed });
  await client.start();
  const hit = (): number => childrenOf(engine.pid, 'ffmpeg').filter((pid) => sendSignal(pid, signal)).length;
  const frames = shape.sampleRate * (2 + Math.floor(random() * 4));
  await client.stream({ speed: 4, until: () => client.sentFrames >= random() * frames });
  const hits = moment === 'recording' ? hit() : 0;
  if (moment === 'recording' && hits === 0) throw new Error('expected an encoder to hit, none was running');
  await client.stream({ speed: 4, until: () => client.sentFrames >= frames });
  const stopAtMs = performance.now();
  client.say({ action: 'stop' });
  if (moment === 'stopping') {
    await delay(random() * 300);
    hit();
  }
  const stopped = await client.wait('recording_stopped');
  const stopMs = performance.now() - stopAtMs;
  if (!stopped.files.some(({ format }) => format === 'wav'))
    throw new Error(`expected the WAV in the answer to stop, got ${JSON.stringify(stopped.files)}`);
  const delivered =
    stopped.pending === undefined
      ? stopped.files.find(({ format }) => format === 'mp4')
      : (await client.wait('file_completed')).file;
  const copyMs = performance.now() - stopAtMs;
  await engine.stop();

  const kept = await verifyMasters([join(dataDir, 'recordings', 'encoded')], sentBy(client), {
    finished: true,
  });
  if (kept !== client.sentFrames)
    throw new Error(`the master holds ${kept} frames of ${client.sentFrames} sent`);
  if (delivered === undefined) throw new Error(`no MP4 was delivered: ${engine.words().slice(-500)}`);
  const path = join(dataDir, 'recordings', delivered.file_path);
  const complaints = await decodingComplaints(path);
  if (complaints !== '') throw new Error(`the MP4 does not decode: ${complaints}`);
  const offMs = Math.abs((await decodedSeconds(path)) - client.sentFrames / shape.sampleRate) * 1000;
  if (offMs > 70) throw new Error(`the MP4 is ${offMs.toFixed(0)} ms off its master`);
  removeFolder(dataDir);
  return { 'ms from stop to WAV': stopMs, [`ms from stop to MP4 after ${signal}`]: copyMs };
}

/** False where the process has ended by itself in the meantime. */
function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}
