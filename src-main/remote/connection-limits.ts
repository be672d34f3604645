import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorStatus } from '../contract/error-status.ts';
import type { WireError } from '../contract/errors.ts';
import { endWithRefusal } from './raw-refusal.ts';

/** Time for a connection to show the token, from its beginning and after every refusal. */
const PROOF_MS = 5000;
/** Time for a request to arrive completely: a piece of a file from outside is 4 MB. */
const REQUEST_MS = 60_000;

/** Shares of the descriptors of this process: recordings need the rest, several for each session. */
const CONNECTIONS_SHARE = 1 / 3;
const UNPROVEN_SHARE = 1 / 16;
/** Each transfer also has a file open, for as long as its client takes. */
const TRANSFERS_SHARE = 1 / 12;
/** The rest of the connections is for requests. */
const SOCKETS_SHARE = 1 / 4;
const MAX_CONNECTIONS = 2048;
const MAX_UNPROVEN = 64;
const MAX_TRANSFERS = 256;
const MAX_SOCKETS = 1536;
/**
 * This many connections above the limit have their request read, to be answered. Further ones get a refusal at once,
 * for any request.
 */
const SURPLUS = 4;
/** At most this many refused connections stay open at once, for this time, to read the refusal. */
const MAX_REFUSED = 4;
const REFUSED_MS = 1000;
/** Used where the system does not give a limit: most systems allow this many. */
const USUAL_DESCRIPTORS = 1024;

export interface ConnectionLimitsOptions {
  /** Files and sockets that this process may have open at once; undefined where that is not known. */
  readonly descriptors: number | undefined;
  readonly proofMs?: number;
}

/**
 * Keeps connections from using up the descriptors that recording needs: their number is limited, and for those without
 * the token also their time.
 */
export interface ConnectionLimits {
  /**
   * Call it for every request, before it is answered. Where there is no room, it answers the request and returns false.
   */
  admit(request: IncomingMessage, response: ServerResponse): boolean;
  /** The same for a socket that asks for an upgrade; its new owner is then responsible for it. */
  admitUpgrade(socket: Duplex): boolean;
}

export function limitConnections(
  server: Server,
  { descriptors, proofMs = PROOF_MS }: ConnectionLimitsOptions,
): ConnectionLimits {
  const share = (part: number, most: number): number =>
    Math.max(4, Math.min(most, Math.floor((descriptors ?? USUAL_DESCRIPTORS) * part)));
  const maxUnproven = share(UNPROVEN_SHARE, MAX_UNPROVEN);
  /** Idle connections that have not shown the token, the oldest first. */
  const unproven = new Map<Duplex, NodeJS.Timeout>();

  const maxConnections = share(CONNECTIONS_SHARE, MAX_CONNECTIONS);
  const maxTransfers = share(TRANSFERS_SHARE, MAX_TRANSFERS);
  const maxSockets = share(SOCKETS_SHARE, MAX_SOCKETS);
  let connections = 0;
  let transfers = 0;
  let upgraded = 0;
  /** Connections above the limit. */
  const surplus = new WeakSet<Duplex>();
  /**
   * Connections that were refused before they sent a request, the oldest first, until they have read the refusal or
   * hung up.
   */
  const refused = new Map<Duplex, NodeJS.Timeout>();

  const release = (socket: Duplex): void => {
    clearTimeout(unproven.get(socket));
    unproven.delete(socket);
  };
  const expectProof = (socket: Duplex): void => {
    release(socket);
    // The newest connection may have the token; the oldest has had its time.
    const [oldest] = unproven.keys();
    if (unproven.size >= maxUnproven) oldest?.destroy();
    unproven.set(socket, setTimeout(() => socket.destroy(), proofMs).unref());
  };

  const refuseAtOnce = (socket: Duplex): void => {
    const [oldest] = refused.keys();
    if (refused.size >= MAX_REFUSED && oldest !== undefined) {
      // Its descriptor is free before the next connection is accepted.
      forget(oldest);
      oldest.destroy();
    }
    refused.set(socket, setTimeout(() => socket.destroy(), REFUSED_MS).unref());
    endWithRefusal(socket, connectionsFull);
  };
  const forget = (socket: Duplex): void => {
    clearTimeout(refused.get(socket));
    refused.delete(socket);
  };

  server.headersTimeout = proofMs;
  server.requestTimeout = REQUEST_MS;
  server.on('connection', (socket: Socket) => {
    connections++;
    const isUnheard = connections > maxConnections + SURPLUS;
    if (connections > maxConnections) surplus.add(socket);
    socket.once('close', () => {
      connections--;
      release(socket);
      forget(socket);
    });
    if (isUnheard) refuseAtOnce(socket);
    else expectProof(socket);
  });

  return {
    admit(request, response) {
      const { socket } = request;
      if (refused.has(socket)) return false;
      release(socket);
      const isTransfer = TRANSFER_PATH.test(request.url ?? '');
      if (surplus.has(socket) || (isTransfer && transfers >= maxTransfers)) {
        sendFull(response);
        return false;
      }
      if (isTransfer) transfers++;
      response.once('close', () => {
        if (isTransfer) transfers--;
        const isRefused = response.statusCode === 401 || response.statusCode === 403;
        if (isRefused && !socket.destroyed) expectProof(socket);
      });
      return true;
    },
    admitUpgrade(socket) {
      release(socket);
      if (surplus.has(socket) || upgraded >= maxSockets) return false;
      upgraded++;
      socket.once('close', () => upgraded--);
      return true;
    },
  };
}

/** Paths that read a recorded file, or receive one from outside. */
const TRANSFER_PATH = /^\/api\/(?:sessions\/[^/]+\/(?:files|segments)|intake\/[^/]+\/(?:bytes|file)\b)/;

/** The answer where there is no room. */
export const connectionsFull: WireError = {
  code: 'CONNECTIONS_FULL',
  message:
    'As many connections are open as there may be. Close others, or wait for theirs to end, and try again',
};

function sendFull(response: ServerResponse): void {
  const body = JSON.stringify({ error: connectionsFull });
  response.writeHead(errorStatus(connectionsFull.code), {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(body);
}
