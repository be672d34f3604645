import WebSocket from 'ws';
import { loadChunks, loop } from './audio.ts';
import { createMessages } from './messages.ts';
import { parseScenario } from './scenario.ts';

// The client of one WebSocket sample: sends each chunk once the one before it was acknowledged, stops, and prints
// how many milliseconds the stop took.

const { scenario, rest } = parseScenario(process.argv.slice(2));
const [url = ''] = rest;
const chunks = await loadChunks(scenario);
const encode = createMessages(scenario);
const socket = new WebSocket(url, { perMessageDeflate: false });

let waiting: { readonly type: string; readonly resolve: () => void } | undefined;
const answer = (type: string): Promise<void> =>
  new Promise((resolve) => {
    waiting = { type, resolve };
  });
socket.on('message', (data: Buffer) => {
  const message: unknown = JSON.parse(data.toString('utf8'));
  if (typeof message !== 'object' || message === null || !('type' in message)) return;
  if (message.type === 'error') throw new Error(data.toString('utf8'));
  if (message.type === waiting?.type) waiting?.resolve();
});
await new Promise((resolve, reject) => {
  socket.once('open', resolve).once('error', reject);
});

if (scenario.side === 'engine') {
  const { startMessage } = await import('./subjects/lectern.ts');
  const started = answer('recording_started');
  socket.send(JSON.stringify(startMessage(scenario)));
  await started;
}
for (const chunk of loop(chunks, scenario.audioSeconds)) {
  const taken = answer('ack');
  socket.send(encode(chunk));
  await taken;
}
const stopped = answer('recording_stopped');
const stoppedAt = performance.now();
socket.send('{"action":"stop"}');
await stopped;
process.stdout.write(String(performance.now() - stoppedAt));
socket.close();
