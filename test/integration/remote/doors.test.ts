import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { openSession, startServer } from '../../support/server-process.ts';
import { ask, errorCode, openSocket, startTestServer, TOKEN, withToken } from './test-server.ts';

function openIdle(port: number, count: number): Socket[] {
  const sockets = Array.from({ length: count }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  );
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  return sockets;
}

function openHeld(port: number, count: number): Promise<WebSocket[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/held-${index}?token=${TOKEN}`);
      onTestFinished(() => socket.terminate());
      await once(socket, 'open');
      return socket;
    }),
  );
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

it('tells whoever comes when all places are taken so, over HTTP and instead of a WebSocket', async () => {
  const { port } = await startTestServer(undefined, { descriptors: 24 });
  const held = await openHeld(port, 6);
  // Sockets have fewer places than there are.
  expect((await openSocket(port, `/ws/more?token=${TOKEN}`)).status).toBe(503);
  expect((await ask(port, '/health', { headers: withToken })).status).toBe(200);
  const idle = openIdle(port, 2);
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const refused = await ask(port, '/health', { headers: withToken });
  expect([refused.status, errorCode(refused)]).toEqual([503, 'CONNECTIONS_FULL']);
  held[0]?.close();
  await vi.waitFor(async () => expect((await ask(port, '/health', { headers: withToken })).status).toBe(200));
});

it('tells also those who come when nobody more is heard, each of them, before they ask for anything', async () => {
  const { port } = await startTestServer(undefined, { descriptors: 24, proofMs: 600_000 });
  const held = await openHeld(port, 6);
  const [first] = held;
  // Two places more, and four that are heard above them, none of which says anything.
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  onTestFinished(() => agent.destroy());
  await Promise.all(
    [1, 2].map(async () => {
      const kept = request({ port, path: '/health', headers: withToken, agent }).end();
      const [response] = (await once(kept, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
    }),
  );
  const idle = openIdle(port, 4);
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const silent = connect(port, '127.0.0.1');
  onTestFinished(() => void silent.destroy());
  const [heard] = (await once(silent, 'data')) as [Buffer];
  expect(heard.toString()).toMatch(/^HTTP\/1\.1 503 .*"CONNECTIONS_FULL"/s);
  for (let index = 0; index < 12; index++) {
    const refused = await ask(port, '/health', { headers: withToken });
    expect([refused.status, errorCode(refused)]).toEqual([503, 'CONNECTIONS_FULL']);
    expect((await openSocket(port, `/ws/more?token=${TOKEN}`)).status).toBe(503);
  }
  idle.forEach((each) => each.destroy());
  first?.close();
  await vi.waitFor(async () => expect((await ask(port, '/health', { headers: withToken })).status).toBe(200));
});

it('records MP4 through its parts while sockets, listeners and downloads take every place there is', async () => {
  const { ws, url, token, dir, headers } = await startServer({}, { descriptors: 96 });
  const port = Number(new URL(url).port);
  const first = await openSession(ws, token, 'old');
  first.say({ action: 'start', format: 'wav', sample_rate: 48_000 });
  await first.hear('recording_started');
  for (let chunk = 0; chunk < 90; chunk++) first.socket.send(Buffer.alloc(96_000, chunk));
  first.say({ action: 'stop' });
  const old = (await first.hear('recording_stopped')).files[0]?.file_path.split('/').at(-1) ?? '';
  first.socket.close();

  const { say, socket, hear, messages } = await openSession(ws, token, 'held');
  const split = { split_megabytes: 1, on_limit: 'continue' };
  say({ action: 'start', format: 'mp4', sample_rate: 48_000, ...split });
  await hear('recording_started');
  const statuses: number[] = [];
  // Clients that begin to download and never read on.
  for (let index = 0; index < 20; index++) {
    const download = request({ port, path: `/api/sessions/old/files/${old}`, headers, agent: false });
    download.on('error', () => undefined).on('response', ({ statusCode = 0 }) => statuses.push(statusCode));
    onTestFinished(() => void download.destroy());
    download.end();
  }
  for (let index = 0; index < 40; index++) {
    const other = new WebSocket(`${ws}${index % 2 === 0 ? 'held/tap' : `s${index}`}?token=${token}`);
    other.on('error', () => undefined);
    onTestFinished(() => other.terminate());
  }
  for (let part = 0; part < 3; part++) {
    openIdle(port, 100);
    for (let chunk = 0; chunk < 12; chunk++) socket.send(Buffer.alloc(96_000, 1));
  }
  say({ action: 'stop' });
  const stops = () => messages.filter((message) => message.type === 'recording_stopped');
  while (!stops().some(({ reason }) => reason === undefined)) await once(socket, 'heard');
  const late = () => messages.filter((message) => message.type === 'file_completed').map(({ file }) => file);
  const pending = stops().flatMap((stop) => stop.pending ?? []);
  while (late().length < pending.length) await once(socket, 'heard');
  const delivered = [...stops().flatMap(({ files }) => files), ...late()];
  const mp4 = new Map(
    delivered
      .filter(({ file_path: path }) => path.endsWith('.mp4'))
      .map((file) => [file.file_path, file.duration_ms / 1000]),
  );
  expect(messages.filter(({ type }) => type === 'error')).toEqual([]);
  expect(mp4.size).toBe(stops().length);
  expect([...mp4.values()].reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(36, 1);
  for (const path of mp4.keys())
    expect((await readFile(join(dir, 'recordings', path))).length).toBeGreaterThan(0);
  expect(statuses).toContain(200);
  expect(statuses).toContain(503);
});
