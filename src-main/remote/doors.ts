import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A connection has this long to show that it may be here, from its beginning and after every refusal. */
const PROOF_MS = 5000;
/** What a request may take to arrive whole: a piece of a file from outside is 4 MB. */
const REQUEST_MS = 60_000;

/** Shares of the descriptors that this process may have: what is recorded needs the rest, several for each session. */
const CONNECTIONS_SHARE = 1 / 3;
const UNPROVEN_SHARE = 1 / 16;
const MAX_CONNECTIONS = 2048;
const MAX_UNPROVEN = 64;
/** Where the system does not say: what most of them grant. */
const USUAL_DESCRIPTORS = 1024;

export interface DoorsOptions {
  /** Files and sockets that this process may have open at once; undefined where that is not known. */
  readonly descriptors: number | undefined;
  readonly proofMs?: number;
}

/** Keeps connections from using up what recording needs: they are limited in number, and those without the token in time. */
export interface Doors {
  /** To be called for every request, before it is answered. */
  watch(request: IncomingMessage, response: ServerResponse): void;
  /** The socket asks to become something else, which is for its new owner to look after. */
  release(socket: Duplex): void;
}

export function openDoors(server: Server, { descriptors, proofMs = PROOF_MS }: DoorsOptions): Doors {
  const share = (part: number, most: number): number =>
    Math.max(4, Math.min(most, Math.floor((descriptors ?? USUAL_DESCRIPTORS) * part)));
  const maxUnproven = share(UNPROVEN_SHARE, MAX_UNPROVEN);
  /** Idle connections that have not shown the token, the oldest first. */
  const unproven = new Map<Duplex, NodeJS.Timeout>();

  const release = (socket: Duplex): void => {
    clearTimeout(unproven.get(socket));
    unproven.delete(socket);
  };
  const expectProof = (socket: Duplex): void => {
    release(socket);
    // The newest may be somebody who has the token; the oldest has had its time.
    const [oldest] = unproven.keys();
    if (unproven.size >= maxUnproven) oldest?.destroy();
    unproven.set(socket, setTimeout(() => socket.destroy(), proofMs).unref());
  };

  server.maxConnections = share(CONNECTIONS_SHARE, MAX_CONNECTIONS);
  server.headersTimeout = proofMs;
  server.requestTimeout = REQUEST_MS;
  server.on('connection', (socket: Socket) => {
    socket.once('close', () => release(socket));
    expectProof(socket);
  });

  return {
    watch({ socket }, response) {
      release(socket);
      response.once('close', () => {
        const isRefused = response.statusCode === 401 || response.statusCode === 403;
        if (isRefused && !socket.destroyed) expectProof(socket);
      });
    },
    release,
  };
}
