import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { INTAKE_PIECE_BYTES, MAX_INTAKE_BYTES, MAX_INTAKE_FILES } from '../../../src-main/contract/intake.ts';
import { codeOf, createIntakeClient } from '../../support/intake-client.ts';
import { pathsUnder, startIntakeServer } from '../../support/intake-server.ts';

/** All that may lie among the files of a process: their folders, and what they are called there. */
const OUR_PATHS = /^\d+-[0-9a-f]{8}(\/[0-9a-f-]{36}(\/original(\.wav)?)?|\/\.owner)?$/;

function wav(): Buffer {
  const whole = new wavefile.WaveFile();
  whole.fromScratch(
    1,
    16_000,
    '16',
    Int16Array.from({ length: 16_000 }, (_, index) => (index % 400) * 50),
  );
  return Buffer.from(whole.toBuffer());
}

/** Whose recorder died before it could fill in the sizes. */
function zeroSized(): Buffer {
  const bytes = wav();
  bytes.writeUInt32LE(36, 4);
  bytes.writeUInt32LE(0, 40);
  return bytes;
}

describe('hostile senders', () => {
  test('no name becomes a path, or more than a title', async () => {
    const server = await startIntakeServer();
    const added: string[] = [];
    for (const name of [
      '../../../../tmp/lectern-escaped.wav',
      '..\\..\\escaped.wav',
      '/etc/cron.d/escaped',
      'C:\\Windows\\escaped.wav',
      `${'long'.repeat(200)}.wav`,
      '.',
      '..',
      'a\u0000b\u202Egpj.wav\n',
      'CON',
      '-rf.wav',
      '$(reboot).wav',
    ]) {
      const id = await server.send(name, zeroSized());
      const foreign = (await pathsUnder(server.intakeDir)).filter((path) => !OUR_PATHS.test(path));
      expect(foreign, name).toEqual([]);
      const { name: shown } = await server.examine(id);
      expect(shown, name).not.toMatch(/[/\\]|\p{C}/u);
      expect(shown.length).toBeLessThanOrEqual(200);
      const session = await server.add(id);
      const kept = await readdir(join(server.recordings, session.id));
      expect(kept.filter((each) => !/^(user|original)_\d+(\.wav)?$|^session\.json$/.test(each))).toEqual([]);
      added.push(session.id);
      expect((await readdir(server.recordings)).sort(), name).toEqual(added.toSorted());
    }
    expect(existsSync('/tmp/lectern-escaped.wav')).toBe(false);
  });

  test('an id that names another folder finds nothing, whatever is asked of it', async () => {
    const server = await startIntakeServer();
    for (const id of ['..', '..%2f..%2fsecret', randomUUID(), 'x'.repeat(300)]) {
      expect((await server.ask('GET', `/api/intake/${id}`)).status).toBeGreaterThanOrEqual(400);
      expect((await server.put(id, 0, new Uint8Array(4))).status).toBeGreaterThanOrEqual(400);
      expect((await server.ask('GET', `/api/intake/${id}/file`)).status).toBeGreaterThanOrEqual(400);
      expect((await server.ask('DELETE', `/api/intake/${id}`)).status).toBeGreaterThanOrEqual(400);
    }
    const { url, token } = server.address;
    const id = await server.begin('a.wav', 4);
    expect((await createIntakeClient({ url, token: 'wrong' }).put(id, 0, new Uint8Array(4))).status).toBe(
      401,
    );
    const foreign = await fetch(new URL(`/api/intake/${id}/bytes?offset=0`, url), {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, origin: 'http://evil.example' },
      body: new Uint8Array(4),
    });
    expect(foreign.status).toBe(403);
  });

  test('more than was announced, more than a piece, more than the limit: refused, and nothing of it kept', async () => {
    const server = await startIntakeServer();
    expect(
      codeOf(await server.ask('POST', '/api/intake', { name: 'a.wav', byte_size: MAX_INTAKE_BYTES + 1 })),
    ).toBe('FILE_TOO_LARGE');
    const id = await server.begin('a.wav', 100);
    expect(codeOf(await server.put(id, 0, new Uint8Array(101)))).toBe('FILE_TOO_LARGE');
    const large = await server.begin('b.wav', 3 * INTAKE_PIECE_BYTES);
    const tooMuch = await server.put(large, 0, new Uint8Array(INTAKE_PIECE_BYTES + 1));
    expect([tooMuch.status, codeOf(tooMuch)]).toEqual([413, 'FILE_TOO_LARGE']);
    // Without saying how much it will be.
    const endless = await unannounced(server.address, large, 2 * INTAKE_PIECE_BYTES);
    expect(endless).toBe(413);
    expect(await server.ask('GET', `/api/intake/${large}`)).toMatchObject({ body: { received_bytes: 0 } });
    expect(codeOf(await server.put(id, 50, new Uint8Array(10)))).toBe('INVALID_INPUT');
    expect(codeOf(await server.ask('POST', `/api/intake/${id}/examine`))).toBe('INVALID_INPUT');
    expect((await server.put(id, 0, new Uint8Array(60))).status).toBe(200);
    expect((await server.put(id, 60, new Uint8Array(40))).status).toBe(200);
  });

  test('files upon files are refused before they fill the disk', async () => {
    const server = await startIntakeServer();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => server.ask('POST', '/api/intake', { name: 'a.wav', byte_size: 10 })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(MAX_INTAKE_FILES);
    expect(new Set(answers.map(codeOf))).toEqual(new Set([undefined, 'INTAKE_FULL']));
    expect(codeOf(await server.ask('POST', '/api/intake', { name: 'a.wav', byte_size: 10 }))).toBe(
      'INTAKE_FULL',
    );
  });
});

describe('nothing is left behind', () => {
  test('called off while it is sent, or thrown away after: its bytes are gone', async () => {
    const server = await startIntakeServer();
    const id = await server.begin('long.wav', 3 * INTAKE_PIECE_BYTES);
    await server.put(id, 0, new Uint8Array(INTAKE_PIECE_BYTES));
    const stalled = unannounced(server.address, id, 1000, { offset: INTAKE_PIECE_BYTES, holdOpen: true });
    await expect.poll(async () => (await server.ask('GET', `/api/intake/${id}`)).status).toBe(200);
    expect((await server.ask('DELETE', `/api/intake/${id}`)).status).toBe(200);
    expect(await stalled).toBeGreaterThanOrEqual(400);
    expect((await pathsUnder(server.intakeDir)).filter((path) => path.includes(id))).toEqual([]);
    expect((await server.put(id, INTAKE_PIECE_BYTES, new Uint8Array(10))).status).toBe(404);

    const whole = await server.send('whole.wav', wav());
    await server.examine(whole);
    await server.ask('DELETE', `/api/intake/${whole}`);
    expect((await pathsUnder(server.intakeDir)).filter((path) => path.includes(whole))).toEqual([]);
    await server.end('SIGTERM');
    expect(existsSync(server.intakeDir)).toBe(false);
  });

  test('a second process on the same folder leaves what the first has taken in', async () => {
    const first = await startIntakeServer();
    const id = await first.send('whole.wav', zeroSized());
    const second = await startIntakeServer(first.dir);
    await second.end('SIGTERM');
    expect(await first.examine(id)).toMatchObject({ verdict: 'mendable' });
    expect((await first.add(id)).status).toBe('recovered');
  });
});

/** Sends a piece in chunks, with no word of how long it will be; gives the answer's status. */
function unannounced(
  { url, token }: { url: string; token: string },
  id: string,
  bytes: number,
  { offset = 0, holdOpen = false } = {},
): Promise<number> {
  return new Promise((done) => {
    const sending = request(
      new URL(`/api/intake/${id}/bytes?offset=${offset}`, url),
      { method: 'PUT', headers: { authorization: `Bearer ${token}` }, agent: false },
      (response) => {
        response.resume();
        done(response.statusCode ?? 0);
        sending.destroy();
      },
    );
    sending.on('error', () => done(0));
    sending.write(Buffer.alloc(bytes));
    if (!holdOpen) sending.end();
  });
}
