import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { api, type ApiHandlers, type ApiName } from '../../../src-main/contract/api.ts';
import { LecternError } from '../../../src-main/contract/errors.ts';
import { sessionIdSchema } from '../../../src-main/contract/session-id.ts';
import type { Recorder } from '../../../src-main/recorder.ts';
import { listen, type ListenOptions } from '../../../src-main/remote/listen.ts';
import type { Connection } from '../../../src-main/session/ports.ts';

export const TOKEN = 'the-token-of-this-launch';

const notAsked = () => {
  throw new LecternError('SESSION_NOT_FOUND', 'There is no such session');
};

const handlers: ApiHandlers = {
  ...(Object.fromEntries(Object.keys(api).map((name) => [name, notAsked])) as Record<
    ApiName,
    typeof notAsked
  >),
  'sessions.list': () => ({ sessions: [], total: 0 }),
  'sessions.reveal': () => {
    throw new Error('ENOENT: /home/someone/secret');
  },
};

/** A recorder without an engine, for what the transport alone decides. */
export function stubRecorder(parts: Partial<Recorder> = {}): Recorder {
  return {
    handlers,
    connect: (sessionId, client) => {
      if (!sessionIdSchema.safeParse(sessionId).success)
        throw new LecternError(
          'INVALID_SESSION_ID',
          `Expected a plain name, got ${JSON.stringify(sessionId)}`,
        );
      client.send({ type: 'processing_started', message: 'connected' });
      return stubConnection({ sessionId });
    },
    tap: notAsked,
    transcribe: notAsked,
    resolveFile: () => undefined,
    findSegment: async () => undefined,
    intakeFiles: { receive: notAsked, resolve: notAsked },
    recovered: [],
    unfinished: [],
    recoveryFinished: Promise.resolve(),
    activeSessions: () => [],
    onActivityChange: () => () => undefined,
    makeDurable: async () => undefined,
    metrics: () => ({ lectern_chunks_total: 3, lectern_active_sessions: 0 }),
    close: async () => undefined,
    ...parts,
  };
}

export function stubConnection(parts: Partial<Connection> = {}): Connection {
  return {
    sessionId: 'stub',
    receiveText: async () => undefined,
    receiveBinary: async () => undefined,
    receiveOversized: async () => undefined,
    receiveOversizedText: async () => undefined,
    disconnect: () => undefined,
    ...parts,
  };
}

export async function startTestServer(recorder = stubRecorder(), options: Partial<ListenOptions> = {}) {
  const server = await listen({
    openRecorder: async () => recorder,
    host: '127.0.0.1',
    ports: [0],
    token: TOKEN,
    version: '1.2.3',
    rendererDir: '/nowhere',
    machineAddresses: () => [],
    log: () => undefined,
    ...options,
  });
  onTestFinished(() => server.close());
  return server;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** A request whose every header and byte of path is as given: fetch would set its own Host and tidy the path. */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Asked = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

export const withToken = { authorization: `Bearer ${TOKEN}` };

export const errorCode = ({ body }: Answer): unknown => {
  const answer: unknown = JSON.parse(body.toString());
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  const { error } = answer;
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
};

export interface SocketStory {
  /** 101 where the upgrade was granted. */
  readonly status: number;
  readonly messages: readonly unknown[];
  readonly closeCode?: number;
}

/** Opens a socket, and tells what it heard until its first message or its end. */
export function openSocket(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<SocketStory> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
      headers,
      finishRequest: (request) => {
        request.path = path;
        request.end();
      },
    });
    const messages: unknown[] = [];
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, messages });
    });
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      const message: unknown = JSON.parse(data.toString());
      messages.push(message);
      if (typeof message === 'object' && message !== null && 'type' in message && message.type !== 'error')
        socket.close();
    });
    socket.on('close', (closeCode) => resolve({ status: 101, messages, closeCode }));
  });
}
