import { describe, expect, it } from 'vitest';
import { ask, errorCode, openSocket, startTestServer, TOKEN, withToken } from './test-server.ts';

const PATHS = [
  '/',
  '/health',
  '/metrics',
  '/api/sessions',
  '/api/sessions/a/files/b.wav',
  '/assets/app.js',
  '/nothing',
];

describe('who may ask', () => {
  it('answers nothing at all without the token', async () => {
    const { port } = await startTestServer();
    for (const path of PATHS) {
      for (const asked of [path, `${path}?token=wrong`, `${path}?token=`]) {
        const answer = await ask(port, asked);
        expect([asked, answer.status, errorCode(answer)]).toEqual([asked, 401, 'UNAUTHORIZED']);
      }
      expect((await ask(port, path, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    }
    expect((await openSocket(port, '/ws/new')).status).toBe(401);
    expect((await openSocket(port, '/ws/new?token=wrong')).status).toBe(401);
  });

  it('takes the token as a header, in the address, and from the cookie it set', async () => {
    const { port } = await startTestServer();
    expect((await ask(port, '/health', { headers: withToken })).status).toBe(200);
    expect((await ask(port, `/health?token=${TOKEN}`)).status).toBe(200);
    expect((await openSocket(port, `/ws/new?token=${TOKEN}`)).status).toBe(101);
    expect((await openSocket(port, '/ws/new', withToken)).status).toBe(101);

    const opened = await ask(port, `/?token=${TOKEN}&lang=de`);
    expect([opened.status, opened.headers.location]).toEqual([303, '/?lang=de']);
    const setCookie = opened.headers['set-cookie']?.[0] ?? '';
    expect(setCookie).toMatch(/HttpOnly/);
    expect(setCookie).toMatch(/SameSite=Strict/);
    expect(setCookie).not.toContain(TOKEN);
    const cookie = setCookie.split(';', 1)[0] ?? '';
    expect((await ask(port, '/health', { headers: { cookie: `other=1; ${cookie}` } })).status).toBe(200);
    expect((await openSocket(port, '/ws/new', { cookie })).status).toBe(101);
    expect((await ask(port, '/health', { headers: { cookie: `${cookie}x` } })).status).toBe(401);
  });

  it('refuses a foreign Host before it looks at the token, so that no re-pointed name reaches it', async () => {
    const { port } = await startTestServer();
    const foreign = [
      `evil.example:${port}`,
      'evil.example',
      `127.0.0.1:${port + 1}`,
      '127.0.0.1',
      `localhost.evil.example:${port}`,
    ];
    for (const host of foreign) {
      const answer = await ask(port, '/health', { headers: { ...withToken, host } });
      expect([host, answer.status, errorCode(answer)]).toEqual([host, 403, 'FORBIDDEN']);
      expect((await ask(port, '/health', { headers: { host } })).status).toBe(403);
      expect((await openSocket(port, `/ws/new?token=${TOKEN}`, { host })).status).toBe(403);
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
      expect([host, (await ask(port, '/health', { headers: { ...withToken, host } })).status]).toEqual([
        host,
        200,
      ]);
  });

  it('refuses a foreign Origin, so that no web page reaches it', async () => {
    const { port } = await startTestServer();
    const foreign = [
      'http://evil.example',
      `http://127.0.0.1:${port + 1}`,
      `https://127.0.0.1:${port}`,
      'null',
      'file://',
    ];
    for (const origin of foreign) {
      const answer = await ask(port, '/health', { headers: { ...withToken, origin } });
      expect([origin, answer.status, errorCode(answer)]).toEqual([origin, 403, 'FORBIDDEN']);
      expect((await openSocket(port, `/ws/new?token=${TOKEN}`, { origin })).status).toBe(403);
    }
    const origin = `http://127.0.0.1:${port}`;
    expect((await ask(port, '/health', { headers: { ...withToken, origin } })).status).toBe(200);
    expect((await openSocket(port, `/ws/new?token=${TOKEN}`, { origin })).status).toBe(101);
  });

  it('refuses what a page on another port of this machine embeds, cookie or not', async () => {
    const { port } = await startTestServer();
    const embedded = { ...withToken, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' };
    expect((await ask(port, '/api/sessions', { headers: embedded })).status).toBe(403);
    const own = { ...withToken, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' };
    expect((await ask(port, '/api/sessions', { headers: own })).status).toBe(200);
  });

  it('opens the page once with a ticket, and not a second time', async () => {
    const { port, access } = await startTestServer();
    const path = `/?token=${access.createTicket()}`;
    expect((await ask(port, path)).status).toBe(303);
    expect((await ask(port, path)).status).toBe(401);
  });

  it('tells a person whose address lacks the token what to open', async () => {
    const { port } = await startTestServer();
    const answer = await ask(port, '/', { headers: { accept: 'text/html,*/*' } });
    expect([answer.status, answer.headers['content-type']]).toEqual([401, 'text/html; charset=utf-8']);
    expect(answer.body.toString()).toContain('Open the whole address that Lectern printed');
  });
});
