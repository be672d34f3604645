import { connect, Socket } from 'node:net';
import { expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { MAX_MESSAGE_BYTES } from '../../../src-main/contract/limits.ts';
import type { Recorder } from '../../../src-main/recorder.ts';
import { openSocket, startTestServer, stubConnection, stubRecorder, TOKEN } from './test-server.ts';

function clientOf(port: number): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}/ws/talk?token=${TOKEN}`);
}

/** What is under a client, for frames that no client would send. */
function rawSocketOf(client: WebSocket): Socket {
  const socket: unknown = Reflect.get(client, '_socket');
  if (!(socket instanceof Socket)) throw new Error('Expected an open client');
  return socket;
}

const connectTo = (connection: ReturnType<typeof stubConnection>): Partial<Recorder> => ({
  connect: () => connection,
});

it('tells a client with a bad session id why, instead of just closing', async () => {
  const { port } = await startTestServer();
  for (const [path, code] of [
    ['/ws/../../x', 'INVALID_SESSION_ID'],
    ['/ws/..%2F..%2Fx', 'INVALID_SESSION_ID'],
    ['/ws/%2e%2e', 'INVALID_SESSION_ID'],
    ['/ws/a%00b', 'INVALID_SESSION_ID'],
    ['/ws/%zz', 'INVALID_SESSION_ID'],
    ['/ws/', 'INVALID_SESSION_ID'],
    ['/ws', 'INVALID_SESSION_ID'],
    [`/ws/${'x'.repeat(65)}`, 'INVALID_SESSION_ID'],
    ['/x', 'NOT_FOUND'],
  ] as const) {
    const { messages, closeCode } = await openSocket(port, `${path}?token=${TOKEN}`);
    expect([path, messages, closeCode]).toMatchObject([path, [{ type: 'error', code }], 1008]);
  }
});

it('hands text and audio over unchanged and in order', async () => {
  const received: string[] = [];
  const { port } = await startTestServer(
    stubRecorder(
      connectTo(
        stubConnection({
          receiveText: async (text) => void received.push(`text ${text}`),
          receiveBinary: async (bytes) => void received.push(`audio ${Buffer.from(bytes).toString('hex')}`),
        }),
      ),
    ),
  );
  const client = clientOf(port);
  await new Promise((resolve) => client.once('open', resolve));
  client.send('{"größe":1}');
  client.send(Buffer.from('00ff10', 'hex'));
  client.send('two');
  client.send(Buffer.alloc(0));
  client.close();
  await new Promise((resolve) => client.once('close', resolve));
  expect(received).toEqual(['text {"größe":1}', 'audio 00ff10', 'text two', 'audio ']);
});

it('makes a fast sender wait for a slow disk, so that memory stays bounded and nothing is lost', async () => {
  const chunk = Buffer.alloc(256 * 1024, 7);
  const chunks = 400;
  const waiting: (() => void)[] = [];
  let held = 0;
  let mostHeld = 0;
  let received = 0;
  const { port } = await startTestServer(
    stubRecorder(
      connectTo(
        stubConnection({
          receiveBinary: (bytes) => {
            received += bytes.byteLength;
            held += bytes.byteLength;
            mostHeld = Math.max(mostHeld, held);
            return new Promise((resolve) => {
              waiting.push(() => {
                held -= bytes.byteLength;
                resolve();
              });
            });
          },
        }),
      ),
    ),
  );
  const client = clientOf(port);
  await new Promise((resolve) => client.once('open', resolve));
  for (let sent = 0; sent < chunks; sent += 1) client.send(chunk);

  // The disk takes nothing: what the system's own buffers hold aside, the rest stays with the sender.
  await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0), 10_000);
  let before = -1;
  await vi.waitFor(
    () => {
      const unchanged = client.bufferedAmount === before;
      before = client.bufferedAmount;
      expect(unchanged).toBe(true);
    },
    { interval: 200, timeout: 10_000 },
  );
  expect(client.bufferedAmount).toBeGreaterThan((chunks * chunk.length) / 2);
  expect(mostHeld).toBeLessThanOrEqual(2 * chunk.length);

  while (received < chunks * chunk.length) {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const release of waiting) release();
  expect(mostHeld).toBeLessThanOrEqual(2 * chunk.length);
  client.terminate();
});

it('hands over no message larger than any chunk can be, says so in its turn, and takes what follows', async () => {
  const received: string[] = [];
  const disconnect = vi.fn();
  const { port } = await startTestServer(
    stubRecorder(
      connectTo(
        stubConnection({
          receiveText: async (text) => void received.push(text),
          receiveBinary: async (bytes) => void received.push(`${bytes.byteLength} bytes`),
          receiveOversized: async (head) => void received.push(head === undefined ? 'text' : head.join(' ')),
          disconnect,
        }),
      ),
    ),
  );
  const client = clientOf(port);
  await new Promise((resolve) => client.once('open', resolve));
  client.send(Buffer.alloc(MAX_MESSAGE_BYTES, 1));
  client.send(Buffer.alloc(MAX_MESSAGE_BYTES + 1, 2));
  client.send('after it');
  client.send('é'.repeat(MAX_MESSAGE_BYTES / 2) + 'x');
  client.send(Buffer.alloc(3));
  await vi.waitFor(() => expect(received).toHaveLength(5), 20_000);
  expect(received).toEqual([
    `${MAX_MESSAGE_BYTES} bytes`,
    Array(16).fill(2).join(' '),
    'after it',
    'text',
    '3 bytes',
  ]);
  expect(disconnect).not.toHaveBeenCalled();
  client.close();
});

it('closes with words where a message announces more than can ever come', async () => {
  const answered = vi.fn(async () => undefined);
  const { port } = await startTestServer(
    stubRecorder(connectTo(stubConnection({ receiveOversized: answered }))),
  );
  const client = clientOf(port);
  await new Promise((resolve) => client.once('open', resolve));
  const closed = new Promise((resolve) =>
    client.once('close', (code, reason) => resolve([code, reason.toString()])),
  );
  rawSocketOf(client).write(Buffer.from('82ff400000000000000000000000', 'hex'));
  expect(await closed).toEqual([1009, expect.stringContaining('announces')]);
  expect(answered).toHaveBeenCalledTimes(1);
});

it('closes with 1007 where text is not UTF-8, and with 1002 where frames are not what the protocol says', async () => {
  const { port } = await startTestServer();
  for (const [frames, code] of [
    ['818200000000c328', 1007],
    ['008000000000', 1002],
    ['8900', 1002],
    ['c28000000000', 1002],
  ] as const) {
    const client = clientOf(port);
    client.on('error', () => undefined);
    await new Promise((resolve) => client.once('open', resolve));
    const closed = new Promise((resolve) => client.once('close', resolve));
    rawSocketOf(client).write(Buffer.from(frames, 'hex'));
    expect([frames, await closed]).toEqual([frames, code]);
  }
});

it('notices a client that vanished without closing, but not one it has stopped reading', async () => {
  const gone: string[] = [];
  const never = new Promise<void>(() => undefined);
  const { port } = await startTestServer(
    stubRecorder({
      connect: (sessionId) =>
        stubConnection({
          sessionId,
          receiveText: () => never,
          disconnect: () => void gone.push(sessionId),
        }),
    }),
    { pingIntervalMs: 50 },
  );
  const busy = new WebSocket(`ws://127.0.0.1:${port}/ws/busy?token=${TOKEN}`);
  await new Promise((resolve) => busy.once('open', resolve));
  busy.send('a message that takes long to handle');

  const mute = connect(port, '127.0.0.1');
  mute.on('error', () => undefined);
  mute.write(
    `GET /ws/mute?token=${TOKEN} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await vi.waitFor(() => expect(gone).toEqual(['mute']), { timeout: 10_000 });
  expect(busy.readyState).toBe(WebSocket.OPEN);
  busy.terminate();
  mute.destroy();
});

it('finalises every recording before it closes, and tells each client so', async () => {
  const events: string[] = [];
  let tell: (() => void) | undefined;
  const { port, close } = await startTestServer(
    stubRecorder({
      connect: (_sessionId, client) => {
        tell = () => client.send({ type: 'processing_completed', message: 'saved' });
        return stubConnection();
      },
      close: async () => {
        events.push('finalised');
        tell?.();
      },
    }),
  );
  const client = clientOf(port);
  await new Promise((resolve) => client.once('open', resolve));
  client.on('message', (data: Buffer) => events.push(data.toString()));
  const closed = new Promise((resolve) => client.once('close', resolve));
  await Promise.all([close(), close()]);
  expect(await closed).toBe(1001);
  expect(events).toEqual(['finalised', '{"type":"processing_completed","message":"saved"}']);
});
