import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { type Impostor, plantImpostor } from '../../support/impostor.ts';
import { openSession, spawnServer, startServer } from '../../support/server-process.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ramp = Buffer.from(Int16Array.from({ length: 1600 }, (_, index) => index * 20 - 16_000).buffer);

it('records over the network, and gives the file back sample for sample, whole and in parts', async () => {
  const { url, ws, token, headers } = await startServer();
  const { say, socket, hear } = await openSession(ws, token, 'talk');
  say({ action: 'start', format: 'wav' });
  await hear('recording_started');
  for (let chunk = 0; chunk < 10; chunk += 1) socket.send(ramp);
  const health = z
    .object({ active_sessions: z.int() })
    .parse(await (await fetch(new URL('/health', url), { headers })).json());
  expect(health.active_sessions).toBe(1);
  say({ action: 'stop' });
  const { files, duration_seconds } = await hear('recording_stopped');
  expect(duration_seconds).toBe(1);

  const address = new URL(files[0]?.url ?? '', url);
  const whole = Buffer.from(await (await fetch(address, { headers })).arrayBuffer());
  expect(
    whole.subarray(-10 * ramp.length).equals(Buffer.concat(Array.from({ length: 10 }, () => ramp))),
  ).toBe(true);
  const part = await fetch(address, { headers: { ...headers, range: `bytes=-${ramp.length}` } });
  expect(part.status).toBe(206);
  expect(Buffer.from(await part.arrayBuffer()).equals(ramp)).toBe(true);
  expect((await fetch(address)).status).toBe(401);

  const list = z
    .object({ sessions: z.array(z.object({ id: z.string() })) })
    .parse(await (await fetch(new URL('/api/sessions', url), { headers })).json());
  expect(list.sessions.map(({ id }) => id)).toEqual(['talk']);
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'finalises what is being recorded on %s, and exits 0',
  async (signal) => {
    const server = await startServer();
    const { say, socket, hear, messages } = await openSession(server.ws, server.token, 'cut');
    say({ action: 'start', format: 'wav' });
    await hear('recording_started');
    for (let chunk = 0; chunk < 5; chunk += 1) socket.send(ramp);
    say({ action: 'status' });
    await hear('status');
    const closed = once(socket, 'close');
    // A terminal's Ctrl-C under npm arrives twice.
    server.child.kill(signal);
    server.child.kill(signal);
    expect(await server.exited).toBe(0);
    await closed;
    expect(messages.find(({ type }) => type === 'recording_stopped')).toMatchObject({ reason: 'shutdown' });
    const folder = join(server.dir, 'recordings', 'cut');
    const names = await readdir(folder);
    expect(names.filter((name) => name.endsWith('.partial'))).toEqual([]);
    const master = await readFile(join(folder, names.find((name) => name.endsWith('.wav')) ?? ''));
    expect(
      master.subarray(-5 * ramp.length).equals(Buffer.concat(Array.from({ length: 5 }, () => ramp))),
    ).toBe(true);
    expect(server.stdout().split('\n')).toHaveLength(2);
  },
);

it.each(['link', 'fifo', 'device'] as const)(
  'serves no %s in the place of a recording, says with a code that there is none, and ends when it is told to',
  async (kind: Impostor) => {
    const server = await startServer();
    const { say, socket, hear } = await openSession(server.ws, server.token, 'talk');
    say({ action: 'start', format: 'wav' });
    await hear('recording_started');
    socket.send(ramp);
    say({ action: 'stop' });
    const { files } = await hear('recording_stopped');
    const { url = '', file_path = '' } = files[0] ?? {};
    const secret = join(server.dir, 'secret.txt');
    await writeFile(secret, 'root:x:0:0');
    await plantImpostor(kind, join(server.dir, 'recordings', file_path), secret);
    await plantImpostor('fifo', join(server.dir, 'recordings/talk/session.json'), secret);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const answer = await fetch(new URL(url, server.url), { method, headers: server.headers });
      expect(answer.status).toBe(404);
      if (method === 'GET') expect(await answer.json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    }
    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    expect(await readFile(secret, 'utf8')).toBe('root:x:0:0');
  },
);

it('records each connection without being asked where the environment says so, into the folder it says', async () => {
  const dir = await temporaryFolder();
  const { ws, token } = await startServer({ ENABLE_BACKEND_RECORDING: 'true', BACKEND_RECORD_DIR: dir });
  const { socket, say, hear } = await openSession(ws, token, 'auto');
  socket.send(ramp);
  await hear('recording_started');
  say({ action: 'stop' });
  await hear('recording_stopped');
  expect((await readdir(join(dir, 'auto'))).some((name) => name.endsWith('.wav'))).toBe(true);
});

it('says which variable makes no sense, and does not start', async () => {
  const dir = await temporaryFolder();
  const server = spawnServer(['--port', '0', '--dir', dir], { BACKEND_RECORD_GAIN: '9' });
  expect(await server.exited).toBe(2);
  expect(server.stderr()).toContain('BACKEND_RECORD_GAIN: expected a number from 1.0 to 4.0, got "9"');
  expect(server.stdout()).toBe('');
});
