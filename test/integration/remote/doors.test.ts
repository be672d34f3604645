import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openSession, startServer } from '../../support/server-process.ts';
import { ask, startTestServer, withToken } from './test-server.ts';

function openIdle(port: number, count: number): Socket[] {
  const sockets = Array.from({ length: count }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  );
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  return sockets;
}

it('records through several parts while hundreds of idle connections ask for every descriptor there is', async () => {
  const { ws, url, token, dir } = await startServer({}, { descriptors: 96 });
  const { say, socket, hear, messages } = await openSession(ws, token, 'held');
  const second = Buffer.alloc(2 * 48_000, 1);
  say({ action: 'start', format: 'wav', sample_rate: 48_000, split_megabytes: 1, on_limit: 'continue' });
  await hear('recording_started');
  const port = Number(new URL(url).port);
  for (let part = 0; part < 3; part++) {
    openIdle(port, 150);
    for (let chunk = 0; chunk < 12; chunk++) socket.send(second);
  }
  say({ action: 'stop' });
  const stops = () => messages.filter((message) => message.type === 'recording_stopped');
  // Each part that a limit ends says so; the last has no reason but the client's word.
  while (!stops().some(({ reason }) => reason === undefined)) await once(socket, 'heard');
  expect(messages.filter(({ type }) => type === 'error')).toEqual([]);
  const paths = new Set(stops().flatMap(({ files }) => files.map(({ file_path }) => file_path)));
  let bytes = 0;
  for (const path of paths) bytes += (await readFile(join(dir, 'recordings', path))).length - 44;
  expect(paths.size).toBeGreaterThan(2);
  expect(bytes).toBe(36 * second.length);
});

it('closes a connection that does not show the token in time, whatever it says, and keeps one that has', async () => {
  const { port } = await startTestServer(undefined, { proofMs: 200 });
  const [silent, slow, refused] = openIdle(port, 3);
  slow?.write('GET /health HTTP/1.1\r\nHost: ');
  refused?.write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  refused?.resume();
  slow?.resume();
  silent?.resume();
  await Promise.all([silent, slow, refused].map((socket) => once(socket ?? silent ?? process, 'close')));
  expect((await ask(port, '/health', { headers: withToken })).status).toBe(200);
});

it('lets whoever has the token in while others without it hold all the places that those have', async () => {
  const { port } = await startTestServer(undefined, { descriptors: 64, proofMs: 600_000 });
  const idle = openIdle(port, 12);
  await vi.waitFor(() => expect(idle.some(({ destroyed, closed }) => destroyed || closed)).toBe(true));
  expect((await ask(port, '/health', { headers: withToken })).status).toBe(200);
});
