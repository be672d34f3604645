import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { captureReportSchema } from '../../../src-main/contract/capture-report.ts';
import { OUTBOX_LIMITS } from '../../../src-renderer/session/outbox.ts';
import type { OpenTransport } from '../../../src-renderer/session/transport.ts';
import { createDiskFaults, shimUnable, type DiskFaults } from '../disk-shim/disk-shim.ts';
import { removeFolder, temporaryFolder, trackChild } from '../support/cleanup.ts';
import { repository, startEngine } from '../support/engine-process.ts';
import { expectPlayable, mastersIn, samplesOf } from '../support/master-files.ts';
import { firstLostFrame, runPage, type PageRun } from '../support/page-client.ts';
import { createPattern } from '../support/pattern.ts';
import type { Suite } from '../support/suite.ts';
import { STUDIO } from '../support/torture-client.ts';

const BYTES_PER_FRAME = 2 * STUDIO.channels;
/** Any two rounds in a row are one of each wire. */
const KINDS = [
  { wire: 'socket', overflowSeconds: 0 },
  { wire: 'port', overflowSeconds: 5 },
  { wire: 'socket', overflowSeconds: 5 },
  { wire: 'port', overflowSeconds: 0 },
];

export const stalledPage: Suite = {
  name: 'stalled-page',
  promise:
    'the page’s own client while the disk stands still, over a socket and over a wire that never makes it wait: no ' +
    'more than 4 MB on their way, 64 MB kept and all of it in the file, its user told, what is beyond one hole',
  rounds: { short: 1, normal: 8, long: 40 },
  unable: shimUnable,
  open: () => Promise.resolve({ round }),
};

async function round(seed: number) {
  const { wire, overflowSeconds } = KINDS[seed % KINDS.length] ?? { wire: 'port', overflowSeconds: 0 };
  const dataDir = temporaryFolder();
  const faults = createDiskFaults(join(dataDir, 'recordings'), '.wav');
  const options = { dataDir, faults, seed, overflowSeconds };
  const run = wire === 'port' ? await runOnPort(options) : await runOnSocket(options);
  const [file, ...others] = await mastersIn([join(dataDir, 'recordings', 'page')], BYTES_PER_FRAME);
  if (file === undefined || others.length > 0)
    throw new Error(`expected one master, got ${others.length + 1}`);
  await expectPlayable([file], BYTES_PER_FRAME);
  const expected = createPattern(seed, BYTES_PER_FRAME).bytes(0, run.saidFrames);
  const lostFrames = overflowSeconds * STUDIO.sampleRate;
  if (lostFrames > 0)
    expected.fill(0, firstLostFrame * BYTES_PER_FRAME, (firstLostFrame + lostFrames) * BYTES_PER_FRAME);
  if (!(await samplesOf(file)).equals(expected)) throw new Error('the file is not what was said');
  removeFolder(dataDir);
  const gaps = JSON.stringify(
    run.report.gaps.map(({ start_frame, frames, cause }) => [start_frame, frames, cause]),
  );
  const wanted = lostFrames > 0 ? JSON.stringify([[firstLostFrame, lostFrames, 'disk']]) : '[]';
  if (gaps !== wanted) throw new Error(`expected the gap map ${wanted}, got ${gaps}`);
  if (run.mostInFlightBytes > OUTBOX_LIMITS.inFlightBytes)
    throw new Error(`${run.mostInFlightBytes} bytes were on their way`);
  const told = lostFrames > 0 ? ['connected', 'waiting', 'full'] : ['connected', 'waiting'];
  if (run.toldBeforeHealing.join() !== told.join())
    throw new Error(`expected to be told ${told.join()}, got ${run.toldBeforeHealing.join()}`);
  return { 'MB on their way': run.mostInFlightBytes / 1024 / 1024 };
}

interface RunOptions {
  readonly dataDir: string;
  readonly faults: DiskFaults;
  readonly seed: number;
  readonly overflowSeconds: number;
}

async function runOnSocket({ dataDir, faults, seed, overflowSeconds }: RunOptions): Promise<PageRun> {
  const engine = await startEngine({ dataDir, env: faults.env });
  const open: OpenTransport = async (sessionId, events) => {
    const socket = new WebSocket(`${engine.ws}${sessionId}?token=${engine.token}`, {
      perMessageDeflate: false,
    });
    socket.on('message', (data: Buffer) => events.onText(data.toString()));
    await once(socket, 'open');
    socket.on('close', () => events.onClose());
    return {
      send: (data) => socket.send(data),
      close() {
        socket.removeAllListeners('close');
        socket.close();
      },
    };
  };
  const { stall, heal } = faults;
  const run = await runPage({ open, seed, overflowSeconds, stall, heal });
  await engine.stop();
  return run;
}

const runSchema = z.object({
  saidFrames: z.number(),
  mostInFlightBytes: z.number(),
  toldBeforeHealing: z.array(z.string()),
  report: captureReportSchema,
});

async function runOnPort({ dataDir, faults, ...options }: RunOptions): Promise<PageRun> {
  const child = spawn(process.execPath, ['test/torture/page.ts', JSON.stringify({ dataDir, ...options })], {
    cwd: repository,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...faults.env },
  });
  trackChild(child);
  for await (const line of createInterface(child.stdout)) {
    const said: unknown = JSON.parse(line);
    if (said === 'stall') faults.stall();
    else if (said === 'heal') faults.heal();
    else return runSchema.parse(said);
    child.stdin.write('done\n');
  }
  throw new Error('the page ended without a word');
}
