import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { openRecorder } from '../../src-main/open-recorder.ts';
import { filePath } from '../../src-main/remote/files-route.ts';

// A sender that waits for nothing, as the desktop's message port is: it hands over ten minutes of audio while the disk
// stands still, and tells how much was refused and what that cost in memory. One line on stdin moves it on.

const { dataDir, chunks, chunkBytes } = z
  .object({ dataDir: z.string(), chunks: z.number(), chunkBytes: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));

const recorder = await openRecorder({
  dataDir,
  version: '0.0.0-torture',
  environment: process.env,
  log: () => undefined,
  fileUrl: filePath,
});
let refused = 0;
const connection = recorder.connect('flood', {
  send(message) {
    if (message.type === 'error' && message.code === 'SLOW_CONSUMER') refused++;
  },
});
const lines = createInterface(process.stdin);
const told = (): Promise<unknown> => once(lines, 'line');

await connection.receiveText('{"action":"start","format":"wav"}');
process.stdout.write('"started"\n');
await told();
/** What is left once the collector, which frees buffers in the background, has had its say. */
const heldBytes = async (): Promise<number> => {
  let held = Infinity;
  for (let look = 0; look < 10; look++) {
    globalThis.gc?.();
    await delay(20);
    held = Math.min(held, process.memoryUsage().arrayBuffers);
  }
  return held;
};
const before = await heldBytes();
const taken = Array.from({ length: chunks }, () =>
  connection.receiveBinary(new Uint8Array(chunkBytes).fill(1)),
);
const grownBytes = (await heldBytes()) - before;
process.stdout.write(`${JSON.stringify({ grownBytes, refused })}\n`);
await told();
await Promise.all(taken);
await connection.receiveText('{"action":"stop"}');
await recorder.close();
process.stdout.write(`${JSON.stringify({ refused })}\n`);
process.exit(0);
