import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { LecternError, toWireError } from '../contract/errors.ts';
import { MAX_MESSAGE_BYTES, MEBIBYTE } from '../contract/limits.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { Recorder } from '../recorder.ts';
import type { Log } from '../runtime/log.ts';
import type { Connection, TapClient } from '../session/ports.ts';
import { limitedSocket } from './limited-socket.ts';
import { createMessageLimit, type MessageLimit } from './message-limit.ts';
import { createOversizedText } from './oversized-text.ts';

/** A client with this much unread data is as good as gone. */
const MAX_UNSENT_BYTES = 8 * MEBIBYTE;
const PING_INTERVAL_MS = 15_000;
const CLOSE_TIMEOUT_MS = 1000;
/** Time for a listener to read its queue. */
const TAP_CLOSE_TIMEOUT_MS = 10_000;
/** Close codes of RFC 6455, 7.4.1. */
const CLOSE = {
  normal: 1000,
  goingAway: 1001,
  notUtf8: 1007,
  policyViolation: 1008,
  tooLarge: 1009,
  internalError: 1011,
} as const;
/** Frames of one message; the parser closes the connection at a few more. */
const MAX_MESSAGE_FRAMES = 16_000;

export interface SessionSocketsOptions {
  readonly recorder: Pick<Recorder, 'connect' | 'tap'>;
  readonly log: Log;
  readonly pingIntervalMs?: number;
}

export interface SessionSockets {
  /** Takes over a connection that has passed the access check. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket, once its queue is sent; clients that do not answer are disconnected. */
  close(): Promise<void>;
}

/** `/ws/{session_id}`: text and binary frames in, messages out. `/ws/{session_id}/tap`: the same session, heard live. */
export function createSessionSockets({
  recorder,
  log,
  pingIntervalMs = PING_INTERVAL_MS,
}: SessionSocketsOptions): SessionSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    // Audio does not compress, and a small compressed frame could exceed the limit.
    perMessageDeflate: false,
    // One message per turn of the event loop: a client that sends thousands at once does not delay the others.
    allowSynchronousEvents: false,
    // Checked below, as a cut text may end within a character.
    skipUTF8Validation: true,
  });
  const silent = new WeakSet<WebSocket>();
  const pings = setInterval(() => {
    for (const socket of server.clients) {
      // A paused socket is not read, so its pong cannot arrive.
      if (socket.isPaused || socket.readyState !== socket.OPEN) continue;
      if (silent.has(socket)) {
        socket.terminate();
        continue;
      }
      silent.add(socket);
      socket.ping();
    }
  }, pingIntervalMs).unref();

  const accept = (socket: WebSocket, raw: Duplex, limit: MessageLimit, target: string) => {
    // Any byte counts: within a large message no pong can come.
    raw.on('data', () => silent.delete(socket));
    socket.on('error', (error) =>
      log('warn', 'A socket failed', { kind: 'code' in error ? error.code : '' }),
    );
    try {
      const { sessionId, listens } = parseTarget(target);
      if (listens) {
        socket.on('close', recorder.tap(sessionId, tapClient(socket)));
        return;
      }
      const connection = recorder.connect(sessionId, { send: (message) => send(socket, message) });
      converse(socket, connection, limit, log);
    } catch (error) {
      send(socket, { type: 'error', ...toWireError(error) });
      socket.close(CLOSE.policyViolation, toWireError(error).code);
    }
  };

  return {
    upgrade(request, socket, head) {
      const limit = createMessageLimit({ maxBytes: MAX_MESSAGE_BYTES, maxFrames: MAX_MESSAGE_FRAMES });
      if (socket instanceof Socket) socket.setTimeout(0).setNoDelay();
      if (head.length > 0) socket.unshift(head);
      server.handleUpgrade(request, limitedSocket(socket, limit), Buffer.alloc(0), (webSocket) =>
        accept(webSocket, socket, limit, request.url ?? '/'),
      );
    },
    async close() {
      clearInterval(pings);
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      for (const socket of server.clients) socket.close(CLOSE.goingAway, 'Lectern is closing');
      const cutOff = setTimeout(() => {
        for (const socket of server.clients) socket.terminate();
      }, CLOSE_TIMEOUT_MS);
      await closed;
      clearTimeout(cutOff);
    },
  };
}

/** Passes frames to the connection in order, and reads no more until it has accepted them. */
function converse(socket: WebSocket, connection: Connection, limit: MessageLimit, log: Log): void {
  let pending = 0;
  const oversizedText = createOversizedText();
  const taken = () => {
    pending -= 1;
    if (pending === 0) socket.resume();
  };
  socket.on('message', (data, isBinary) => {
    pending += 1;
    socket.pause();
    const bytes = toBytes(data);
    const fate = limit.nextFate();
    if (fate === 'whole' && !isBinary && !isUtf8(bytes)) {
      socket.close(CLOSE.notUtf8, 'Expected text in UTF-8');
      taken();
      return;
    }
    const receive = (): Promise<void> => {
      if (fate === 'end') return connection.receiveOversizedText(oversizedText.end(bytes));
      if (fate !== 'whole') {
        if (!isBinary) oversizedText.begin(bytes);
        return connection.receiveOversized(isBinary ? bytes : undefined);
      }
      return isBinary ? connection.receiveBinary(bytes) : connection.receiveText(bytes.toString('utf8'));
    };
    const received = receive();
    if (fate === 'endless') {
      socket.close(CLOSE.tooLarge, 'No message is as long as this one announces to be');
      // Its answer would be a part of that message.
      setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
    }
    received.then(taken, (error: unknown) => {
      log('error', 'A message could not be handled', { kind: toWireError(error).message });
      socket.close(CLOSE.internalError, 'INTERNAL');
      taken();
    });
  });
  socket.on('close', () => connection.disconnect());
}

function send(socket: WebSocket, message: ServerMessage): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
  else socket.send(JSON.stringify(message));
}

function toBytes(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

function tapClient(socket: WebSocket): TapClient {
  return {
    send: (message) => send(socket, message),
    sendAudio: (frame) => {
      if (socket.readyState === socket.OPEN) socket.send(frame);
    },
    get unsentBytes() {
      return socket.bufferedAmount;
    },
    close: () => {
      socket.close(CLOSE.normal);
      // A client that does not read does not answer either, and its queue would stay in memory.
      setTimeout(() => socket.terminate(), TAP_CLOSE_TIMEOUT_MS).unref();
    },
  };
}

/** The id as the client wrote it; the recorder checks it. */
function parseTarget(target: string): { sessionId: string; listens: boolean } {
  const path = target.split('?', 1)[0] ?? '';
  const match = /^\/ws(?:\/(.*?)(\/tap)?)?$/s.exec(path);
  if (match === null)
    throw new LecternError(
      'NOT_FOUND',
      `Expected a WebSocket at /ws/{session_id} or /ws/{session_id}/tap, got ${path.slice(0, 100)}`,
    );
  const listens = match[2] !== undefined;
  const spelt = match[1] ?? '';
  try {
    return { sessionId: decodeURIComponent(spelt), listens };
  } catch {
    return { sessionId: spelt, listens };
  }
}
