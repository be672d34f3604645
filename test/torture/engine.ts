import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { PROTOCOL_LIMITS } from '../../src-main/contract/limits.ts';
import { onTermination } from '../../src-main/launch/on-termination.ts';
import { openRecorder } from '../../src-main/open-recorder.ts';
import { filePath } from '../../src-main/remote/files-route.ts';
import { listen } from '../../src-main/remote/listen.ts';
import { serverLine } from '../../src-main/serve.ts';

// The server as `lectern serve` starts it, with limits of the test's choice: the protocol's take an hour to reach.

const { dataDir, limits, rendererDir } = z
  .object({
    dataDir: z.string(),
    rendererDir: z.string().optional(),
    limits: z
      .object({ maxChunkBytes: z.number(), maxTotalBytes: z.number(), maxDurationSeconds: z.number() })
      .partial(),
  })
  .parse(JSON.parse(process.argv[2] ?? ''));

const token = 'torture';
const log = (level: string, message: string, details: unknown): void => {
  if (level !== 'info') process.stderr.write(`${level}: ${message} ${describe(details)}\n`);
};
const listening = await listen({
  openRecorder: () =>
    openRecorder({
      dataDir,
      version: '0.0.0-torture',
      environment: process.env,
      limits: {
        maxChunkBytes: limits.maxChunkBytes ?? PROTOCOL_LIMITS.maxChunkBytes,
        maxTotalBytes: limits.maxTotalBytes ?? PROTOCOL_LIMITS.maxTotalBytes,
        maxDurationSeconds: limits.maxDurationSeconds ?? PROTOCOL_LIMITS.maxDurationSeconds,
      },
      log,
      fileUrl: filePath,
    }),
  host: '127.0.0.1',
  ports: [0],
  token,
  version: '0.0.0-torture',
  rendererDir: rendererDir ?? join(dataDir, 'no-page'),
  machineAddresses: () => [],
  log,
});
onTermination(() => listening.close());
// RSS tells what V8 has reserved for the rush it is in; what is held is told once the collector, which frees buffers in
// the background, has had its say.
process.on('SIGUSR2', () => {
  void heldBytes().then((bytes) => process.stderr.write(`held: ${bytes}\n`));
});
// A test that dies without a word takes its engine with it.
process.stdin.resume().on('end', () => process.exit(1));
process.stdout.write(`${serverLine({ ...listening, token })}\n`);

async function heldBytes(): Promise<number> {
  let held = Infinity;
  for (let look = 0; look < 5; look++) {
    globalThis.gc?.();
    await delay(20);
    const { heapUsed, external } = process.memoryUsage();
    held = Math.min(held, heapUsed + external);
  }
  return held;
}

function describe(details: unknown): string {
  return JSON.stringify(details ?? {}, (_, value: unknown) =>
    value instanceof Error ? (value.stack ?? value.message) : value,
  );
}
