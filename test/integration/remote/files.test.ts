import { readdir, readlink, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createFilesRoute } from '../../../src-main/remote/files-route.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ask, startTestServer, stubRecorder, withToken } from './test-server.ts';

const FILE = '/api/sessions/talk/files/user.wav';
const bytes = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 251));

async function serveFile(content = bytes) {
  const dir = await temporaryFolder();
  const path = join(dir, 'user.wav');
  await writeFile(path, content);
  const asked: string[] = [];
  const server = await startTestServer(
    stubRecorder({
      resolveFile: (sessionId, name) => {
        asked.push(`${sessionId} ${name}`);
        return sessionId === 'talk' && name === 'user.wav' ? path : undefined;
      },
    }),
  );
  return { ...server, path, asked };
}

it('plays a recording from any point: every range gives exactly those bytes', async () => {
  const { port } = await serveFile();
  const size = bytes.length;
  for (const [range, first, last] of [
    ['bytes=0-', 0, size - 1],
    ['bytes=0-0', 0, 0],
    ['bytes=100-199', 100, 199],
    ['bytes=65535-131072', 65_535, 131_072],
    [`bytes=${size - 1}-`, size - 1, size - 1],
    [`bytes=100-${size * 2}`, 100, size - 1],
    ['bytes=-500', size - 500, size - 1],
    [`bytes=-${size * 2}`, 0, size - 1],
  ] as const) {
    const answer = await ask(port, FILE, { headers: { ...withToken, range } });
    expect([range, answer.status, answer.headers['content-range'], answer.headers['content-length']]).toEqual(
      [range, 206, `bytes ${first}-${last}/${size}`, String(last - first + 1)],
    );
    expect(answer.body.equals(bytes.subarray(first, last + 1))).toBe(true);
  }
});

it('sends the whole file where no range, a malformed one, or several are asked for', async () => {
  const { port } = await serveFile();
  for (const range of [
    undefined,
    'bytes=',
    'bytes=-',
    'bytes=5-2',
    'bytes=0-1,5-6',
    'frames=0-1',
    'bytes=a-b',
  ]) {
    const answer = await ask(port, FILE, {
      headers: { ...withToken, ...(range === undefined ? {} : { range }) },
    });
    expect([range, answer.status]).toEqual([range, 200]);
    expect(answer.body.equals(bytes)).toBe(true);
    expect(answer.headers).toMatchObject({ 'content-type': 'audio/wav', 'accept-ranges': 'bytes' });
  }
});

it('says how long the file is to a range beyond it', async () => {
  const { port } = await serveFile();
  for (const range of [`bytes=${bytes.length}-`, 'bytes=-0', 'bytes=99999999999-']) {
    const answer = await ask(port, FILE, { headers: { ...withToken, range } });
    expect([range, answer.status, answer.headers['content-range'], answer.body.length]).toEqual([
      range,
      416,
      `bytes */${bytes.length}`,
      0,
    ]);
  }
  const empty = await serveFile(Buffer.alloc(0));
  expect((await ask(empty.port, FILE, { headers: withToken })).headers['content-length']).toBe('0');
  expect((await ask(empty.port, FILE, { headers: { ...withToken, range: 'bytes=0-' } })).status).toBe(416);
});

it('answers HEAD with the length and no bytes, and ?download=1 with a name to save under', async () => {
  const { port } = await serveFile();
  const head = await ask(port, FILE, { method: 'HEAD', headers: withToken });
  expect([head.status, head.headers['content-length'], head.body.length]).toEqual([
    200,
    String(bytes.length),
    0,
  ]);
  const part = await ask(port, FILE, { method: 'HEAD', headers: { ...withToken, range: 'bytes=0-9' } });
  expect([part.status, part.headers['content-length']]).toEqual([206, '10']);
  expect(head.headers['content-disposition']).toMatch(/^inline;/);
  const download = await ask(port, `${FILE}?download=1`, { headers: withToken });
  expect(download.headers['content-disposition']).toBe(
    `attachment; filename="user.wav"; filename*=UTF-8''user.wav`,
  );
});

it('never lets a name out of its session', async () => {
  const { port, asked } = await serveFile();
  for (const path of [
    '/api/sessions/talk/files/..%2f..%2fetc%2fpasswd',
    '/api/sessions/talk/files/../../../etc/passwd',
    '/api/sessions/talk/files/%2e%2e%2fuser.wav',
    '/api/sessions/talk/files/..%5cuser.wav',
    '/api/sessions/talk/files/%2e%2e',
    '/api/sessions/talk/files/user.wav%00.txt',
    '/api/sessions/talk/files/C%3Auser.wav',
    '/api/sessions/..%2ftalk/files/user.wav',
    '/api/sessions/%2e%2e/files/user.wav',
    '/api/sessions/talk/files/%ff',
    '/api/sessions/talk/files/other.wav',
  ]) {
    const answer = await ask(port, path, { headers: withToken });
    expect([path, answer.status]).toEqual([path, 404]);
  }
  expect(asked).toEqual(['talk other.wav']);
});

it('serves the same files to the desktop, whose addresses are not http', async () => {
  const { path } = await serveFile();
  const route = createFilesRoute({ resolveFile: () => path, findSegment: async () => undefined });
  const answer = await route(new Request(`app://lectern${FILE}`, { headers: { range: 'bytes=10-19' } }));
  expect(answer.status).toBe(206);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(10, 20))).toBe(true);
});

it('closes the file when a listener stops in the middle', async (context) => {
  if (process.platform !== 'linux') context.skip('only Linux lists open files');
  const { port, path } = await serveFile(Buffer.alloc(32 * 1024 * 1024));
  const isOpen = async () => {
    const descriptors = await readdir('/proc/self/fd');
    const targets = await Promise.all(
      descriptors.map((descriptor) => readlink(`/proc/self/fd/${descriptor}`).catch(() => '')),
    );
    return targets.includes(path);
  };
  await new Promise<void>((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path: FILE, headers: withToken, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      response.once('data', () => {
        response.pause();
        void isOpen().then((open) => {
          expect(open).toBe(true);
          response.on('error', () => undefined);
          response.destroy();
          resolve();
        }, reject);
      });
    });
    request.end();
  });
  await vi.waitFor(async () => expect(await isOpen()).toBe(false), { timeout: 10_000 });
});
