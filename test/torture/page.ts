import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { openRecorder } from '../../src-main/open-recorder.ts';
import { filePath } from '../../src-main/remote/files-route.ts';
import { runPage } from './support/page-client.ts';

// The page's client beside its engine, on a wire that never makes its sender wait, as the desktop's message port is.
// A line on stdout asks for the disk to stand still, or to go on; one on stdin says that it does.

const { dataDir, seed, overflowSeconds } = z
  .object({ dataDir: z.string(), seed: z.number(), overflowSeconds: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ''));

const recorder = await openRecorder({
  dataDir,
  version: '0.0.0-torture',
  environment: process.env,
  log: () => undefined,
  fileUrl: filePath,
});
const lines = createInterface(process.stdin);
const ask = async (what: 'stall' | 'heal'): Promise<void> => {
  process.stdout.write(`${JSON.stringify(what)}\n`);
  await once(lines, 'line');
};
const run = await runPage({
  seed,
  overflowSeconds,
  stall: () => ask('stall'),
  heal: () => ask('heal'),
  open(sessionId, events) {
    const connection = recorder.connect(sessionId, {
      send: (message) => queueMicrotask(() => events.onText(JSON.stringify(message))),
    });
    return Promise.resolve({
      send(data) {
        void (typeof data === 'string' ? connection.receiveText(data) : connection.receiveBinary(data));
      },
      close: () => connection.disconnect(),
    });
  },
});
await recorder.close();
process.stdout.write(`${JSON.stringify(run)}\n`);
process.exit(0);
