import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LecternError } from '../../../src-main/contract/errors.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ask, errorCode, startTestServer, stubRecorder, withToken } from './test-server.ts';

const json = { ...withToken, 'content-type': 'application/json' };

it('tells its health, and its totals in the form that Prometheus reads', async () => {
  const { port } = await startTestServer(stubRecorder({ activeSessions: () => ['a', 'b'] }));
  const health = await ask(port, '/health', { headers: withToken });
  expect(JSON.parse(health.body.toString())).toEqual({ status: 'ok', version: '1.2.3', active_sessions: 2 });
  const metrics = await ask(port, '/metrics', { headers: withToken });
  expect(metrics.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(metrics.body.toString()).toBe(
    '# TYPE lectern_chunks_total counter\nlectern_chunks_total 3\n' +
      '# TYPE lectern_active_sessions gauge\nlectern_active_sessions 0\n',
  );
});

it('answers what it does not know as JSON, not as a page', async () => {
  const { port } = await startTestServer();
  for (const [method, path] of [
    ['GET', '/nothing'],
    ['GET', '/api/nothing'],
    ['POST', '/api/sessions'],
    ['PUT', '/health'],
    ['GET', '/ws/new'],
  ] as const) {
    const answer = await ask(port, path, { method, headers: withToken });
    expect([path, answer.status, errorCode(answer)]).toEqual([path, 404, 'NOT_FOUND']);
  }
});

it('says what is wrong with a request, and nothing of its own insides', async () => {
  const { port } = await startTestServer();
  const patch = (body: string | Buffer, path = '/api/sessions/abc') =>
    ask(port, path, { method: 'PATCH', headers: json, body });
  for (const answer of [
    await patch('{'),
    await patch('[]'),
    await patch(Buffer.from('{"title":"à bientôt"}', 'latin1')),
    await patch('{"title":5}'),
    await patch('{"titel":"x"}'),
    await patch('{"title":"x"}', '/api/sessions/..%2f..%2fx'),
    await ask(port, '/api/sessions?limit=many', { headers: withToken }),
  ])
    expect([answer.status, errorCode(answer)]).toEqual([400, 'INVALID_INPUT']);
  expect((await patch('{"title":"x"}')).status).toBe(404);

  const broken = await ask(port, '/api/sessions/abc/reveal', { method: 'POST', headers: json });
  expect([broken.status, errorCode(broken)]).toEqual([500, 'INTERNAL']);
  expect(broken.body.toString()).not.toMatch(/secret|\.ts:/);
});

it('refuses a body that is too large, whether or not its length was announced', async () => {
  const { port } = await startTestServer();
  const body = JSON.stringify({ notes: 'x'.repeat(1024 * 1024) });
  const announced = await ask(port, '/api/sessions/abc', {
    method: 'PATCH',
    headers: { ...json, 'content-length': String(body.length) },
    body,
  });
  expect([announced.status, errorCode(announced)]).toEqual([413, 'INVALID_INPUT']);
  const chunked = await ask(port, '/api/sessions/abc', {
    method: 'PATCH',
    headers: { ...json, 'transfer-encoding': 'chunked' },
    body,
  });
  expect([chunked.status, errorCode(chunked)]).toEqual([413, 'INVALID_INPUT']);
});

it('serves the built page under a strict policy, and only files of it', async () => {
  const dir = await temporaryFolder();
  await mkdir(join(dir, 'renderer', 'assets'), { recursive: true });
  await writeFile(join(dir, 'renderer', 'index.html'), '<!doctype html>page');
  await writeFile(join(dir, 'renderer', 'assets', 'app.js'), 'export {};');
  await writeFile(join(dir, 'renderer', '.hidden.json'), '{}');
  await writeFile(join(dir, 'secret.json'), '{}');
  const { port } = await startTestServer(stubRecorder(), { rendererDir: join(dir, 'renderer') });

  const page = await ask(port, '/', { headers: withToken });
  expect(page.body.toString()).toBe('<!doctype html>page');
  const policy = page.headers['content-security-policy'];
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port}`);
  expect(policy).not.toMatch(/unsafe|\*/);
  expect(page.headers['referrer-policy']).toBe('no-referrer');
  expect(page.headers['permissions-policy']).toContain('microphone=(self)');

  const script = await ask(port, '/assets/app.js', { headers: withToken });
  expect([script.headers['content-type'], script.headers['x-content-type-options']]).toEqual([
    'text/javascript; charset=utf-8',
    'nosniff',
  ]);
  for (const path of [
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/..%5csecret.json',
    '/.hidden.json',
    '/assets',
  ])
    expect([path, (await ask(port, path, { headers: withToken })).status]).toEqual([path, 404]);
});

it('says how to build the page where it is not built', async () => {
  const { port } = await startTestServer();
  const answer = await ask(port, '/', { headers: withToken });
  expect(answer.status).toBe(503);
  expect(answer.body.toString()).toContain('npm run build');
});

it('names the port that another server holds, and opens no recordings then', async () => {
  const { port } = await startTestServer();
  let opened = false;
  const second = startTestServer(stubRecorder(), {
    ports: [port],
    openRecorder: async () => {
      opened = true;
      return stubRecorder();
    },
  });
  const refusal: unknown = await second.catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'PORT_IN_USE' });
  expect(String(refusal)).toContain(`Port ${port} on 127.0.0.1 is in use`);
  expect(opened).toBe(false);
  const third = await startTestServer(stubRecorder(), { ports: [port, 0] });
  expect(third.port).not.toBe(port);
});

it('frees the port where the recorder cannot be opened', async () => {
  const { port, close } = await startTestServer();
  await close();
  const failing = startTestServer(stubRecorder(), {
    ports: [port],
    openRecorder: () => Promise.reject(new LecternError('FOLDER_UNWRITABLE', 'no')),
  });
  await expect(failing).rejects.toMatchObject({ code: 'FOLDER_UNWRITABLE' });
  expect((await startTestServer(stubRecorder(), { ports: [port] })).port).toBe(port);
});
