import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { createDiskFaults, shimUnable } from '../disk-shim/disk-shim.ts';
import { removeFolder, temporaryFolder, trackChild } from '../support/cleanup.ts';
import { repository } from '../support/engine-process.ts';
import { mastersIn } from '../support/master-files.ts';
import type { Suite } from '../support/suite.ts';

const CHUNK_BYTES = 48_000;
/** 96 MB. */
const CHUNKS = 2000;
/** The stated bound, what waits in the writer itself, and the message that crosses the bound. */
const MAX_HELD_BYTES = (32 + 4 + 1) * 1024 * 1024;

export const noBackpressure: Suite = {
  name: 'no-backpressure',
  promise:
    'a sender that cannot be made to wait goes on while the disk stands still: it hears SLOW_CONSUMER for every chunk ' +
    'that is not taken, and every chunk that is taken is in the file',
  rounds: { short: 1, normal: 5, long: 20 },
  unable: shimUnable,
  open: () => Promise.resolve({ round }),
};

async function round() {
  const dataDir = temporaryFolder();
  const faults = createDiskFaults(join(dataDir, 'recordings'), '.wav');
  const options = JSON.stringify({ dataDir, chunks: CHUNKS, chunkBytes: CHUNK_BYTES });
  const child = spawn(process.execPath, ['--expose-gc', 'test/torture/flood.ts', options], {
    cwd: repository,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...faults.env },
  });
  trackChild(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? 'null') as unknown;

  await next();
  faults.stall();
  child.stdin.write('flood\n');
  const { grownBytes, refused: told } = z
    .object({ grownBytes: z.number(), refused: z.number() })
    .parse(await next());
  faults.heal();
  child.stdin.write('stop\n');
  const { refused } = z.object({ refused: z.number() }).parse(await next());
  const files = await mastersIn([join(dataDir, 'recordings', 'flood')], 2);
  const kept = files.reduce((sum, { dataBytes }) => sum + dataBytes, 0);
  removeFolder(dataDir);
  if (told === 0) throw new Error('96 MB were sent to a disk that stood still, and nobody was told');
  if (refused !== told) throw new Error(`${refused - told} chunks were refused only once the disk was back`);
  if (kept !== (CHUNKS - refused) * CHUNK_BYTES)
    throw new Error(`${CHUNKS - refused} chunks were taken and ${kept / CHUNK_BYTES} are in the file`);
  if (grownBytes > MAX_HELD_BYTES)
    throw new Error(`${grownBytes} bytes were held while the disk stood still`);
  return {
    'MB held': grownBytes / 1024 / 1024,
    'MB taken before SLOW_CONSUMER': ((CHUNKS - refused) * CHUNK_BYTES) / 1024 / 1024,
  };
}
