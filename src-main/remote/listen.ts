import { getRequestListener } from '@hono/node-server';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorStatus } from '../contract/error-status.ts';
import { LecternError, type WireError } from '../contract/errors.ts';
import type { Recorder } from '../recorder.ts';
import type { Log } from '../runtime/log.ts';
import { type Access, createAccess } from './access.ts';
import { connectionsFull, limitConnections } from './connection-limits.ts';
import { endWithRefusal } from './raw-refusal.ts';
import { hostNamesFor, printedHost } from './host-names.ts';
import { createHttpApp } from './http-app.ts';
import { createSessionSockets } from './session-sockets.ts';

export interface ListenOptions {
  /** Called once the port is ours, so that a second server fails before it touches any file. */
  readonly openRecorder: () => Promise<Recorder>;
  readonly host: string;
  /** Tried in order; 0 lets the system choose. */
  readonly ports: readonly number[];
  readonly token: string;
  readonly version: string;
  readonly rendererDir: string;
  /** Addresses of this machine's interfaces; read when bound to all of them. */
  readonly machineAddresses: () => readonly string[];
  readonly log: Log;
  readonly pingIntervalMs?: number;
  /** Files and sockets that this process may have open at once; undefined where that is not known. */
  readonly descriptors?: number | undefined;
  /** Milliseconds that a connection has to show the token. */
  readonly proofMs?: number;
  /** Opens the app's window; absent where the caller does that. */
  readonly openWindow?: () => void;
}

export interface Listening {
  readonly port: number;
  /** `http://127.0.0.1:7717/` */
  readonly url: string;
  /** `ws://127.0.0.1:7717/ws/`, to which a session id is added. */
  readonly wsUrl: string;
  readonly recorder: Recorder;
  readonly access: Access;
  /** Finalises every session, tells every client, then frees the port. Safe to call twice. */
  readonly close: () => Promise<void>;
}

/** Opens a port and serves the recorder on it. Throws PORT_IN_USE where none of the ports is free. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { host, token, log } = options;
  let fetchApp: (request: Request) => Response | Promise<Response> = notReady;
  const answer = getRequestListener((request) => fetchApp(request), { overrideGlobalObjects: false });
  const server = createServer(
    { shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket' },
    (request, response) => {
      if (connectionLimits.admit(request, response)) void answer(request, response);
    },
  );
  const connectionLimits = limitConnections(server, {
    descriptors: options.descriptors,
    ...(options.proofMs !== undefined && { proofMs: options.proofMs }),
  });
  server.on('upgrade', refuseUpgrade);
  const port = await bind(server, host, options.ports);

  let recorder: Recorder;
  try {
    recorder = await options.openRecorder();
  } catch (error) {
    await closeServer(server);
    throw error;
  }
  const access = createAccess({ token, port, hostNames: hostNamesFor(host, options.machineAddresses) });
  const app = createHttpApp({ ...options, recorder, access });
  const sockets = createSessionSockets({ ...options, recorder });
  fetchApp = (request) => app.fetch(request);
  server.off('upgrade', refuseUpgrade);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const hasRoom = connectionLimits.admitUpgrade(socket);
    const decision = access.check({
      target: request.url ?? '/',
      header: (name) => firstHeader(request, name),
    });
    if (!decision.ok) refuse(socket, decision);
    else if (!hasRoom) refuse(socket, { status: errorStatus(connectionsFull.code), error: connectionsFull });
    else sockets.upgrade(request, socket, head);
  });

  let closing: Promise<void> | undefined;
  const close = async () => {
    server.close();
    try {
      await recorder.close();
    } finally {
      await sockets.close();
      await closeServer(server);
    }
  };
  const authority = `${printedHost(host)}:${port}`;
  log('info', 'Serving', { port });
  return {
    port,
    url: `http://${authority}/`,
    wsUrl: `ws://${authority}/ws/`,
    recorder,
    access,
    close: () => (closing ??= close()),
  };
}

const notReady = () =>
  Response.json({ error: { code: 'SHUTTING_DOWN', message: 'Lectern is still starting' } }, { status: 503 });

async function bind(server: Server, host: string, ports: readonly number[]): Promise<number> {
  const busy: number[] = [];
  for (const port of ports) {
    try {
      return await bindOne(server, host.replace(/^\[(.*)\]$/, '$1'), port);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'EADDRINUSE')
        throw new LecternError(
          'INVALID_INPUT',
          `Expected a host and port to listen on, got ${host}:${port}`,
          {
            cause: error,
          },
        );
      busy.push(port);
    }
  }
  throw new LecternError(
    'PORT_IN_USE',
    `Port ${busy.join(', ')} on ${host} is in use by another program. Choose another with --port, or 0 for any free one`,
  );
}

function bindOne(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function firstHeader(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function refuseUpgrade(_request: IncomingMessage, socket: Duplex): void {
  socket.destroy();
}

function refuse(socket: Duplex, { status, error }: { status: number; error: WireError }): void {
  socket.once('finish', () => socket.destroy());
  endWithRefusal(socket, error, status);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
