import type { ClientMessage } from '../../src-main/contract/client-messages.ts';
import { RECONNECT_WINDOW_MS } from '../../src-main/contract/limits.ts';
import {
  type ServerMessage,
  type ServerMessageOf,
  serverMessageSchema,
} from '../../src-main/contract/server-messages.ts';
import type { OpenTransport, SessionTransport } from './transport.ts';

const FIRST_RETRY_MS = 250;
const SLOWEST_RETRY_MS = 2000;

/** Time, passed in so that tests need not wait for it. */
export interface LineClock {
  /** Milliseconds since any fixed moment; never goes back. */
  now(): number;
  after(milliseconds: number, action: () => void): void;
}

export interface LineEvents {
  onMessage(message: ServerMessage): void;
  /** The connection broke; the line retries. */
  onDown(): void;
  /** The line is back, in the same session, with the state in `status`. */
  onBack(status: ServerMessageOf<'status'>): void;
  /** The session ended without us, or the retries took longer than a session waits. */
  onLost(): void;
}

/** A transport that reconnects after a break. */
export interface Line {
  /** Sends now. Drops the data while the line is down. */
  send(data: ClientMessage | Uint8Array<ArrayBuffer>): void;
  readonly isUp: boolean;
  /** Retries if a retry is due. Chunks call this, since timers of a hidden page may sleep for a minute. */
  nudge(): void;
  close(): void;
}

export interface LineOptions {
  readonly sessionId: string;
  readonly open: OpenTransport;
  readonly clock: LineClock;
  readonly events: LineEvents;
  /** True where the session exists: the line begins as down, and calls `onBack` or `onLost`. */
  readonly rejoins?: boolean;
}

export async function openLine({ sessionId, open, clock, events, rejoins }: LineOptions): Promise<Line> {
  let transport: SessionTransport | undefined;
  let state: 'up' | 'down' | 'trying' | 'asking' | 'closed' = 'trying';
  let downSince = 0;
  let retryMs = FIRST_RETRY_MS;
  let nextTryAt = 0;

  const onText = (text: string) => {
    const message = parseMessage(text);
    if (message === undefined || state === 'closed') return;
    if (state !== 'asking') return events.onMessage(message);
    // The server may not have noticed yet that the old connection is gone, and refuse the new one: a later retry may
    // work.
    if (message.type === 'error') return scheduleTry();
    if (message.type !== 'status') return events.onMessage(message);
    if (message.state === 'idle' || message.state === 'done') return lose();
    state = 'up';
    events.onBack(message);
  };

  const onClose = () => {
    if (state === 'closed') return;
    if (state === 'up') {
      goDown();
      events.onDown();
    }
    scheduleTry();
  };

  const lose = () => {
    close();
    events.onLost();
  };

  const loseIfOverdue = () => {
    const isDown = state !== 'up' && state !== 'closed';
    if (isDown && clock.now() - downSince >= RECONNECT_WINDOW_MS) lose();
  };

  const scheduleTry = () => {
    transport?.close();
    transport = undefined;
    state = 'down';
    nextTryAt = clock.now() + retryMs;
    clock.after(retryMs, nudge);
    retryMs = Math.min(retryMs * 2, SLOWEST_RETRY_MS);
  };

  const nudge = () => {
    if (state !== 'down' || clock.now() < nextTryAt) return;
    loseIfOverdue();
    void tryAgain();
  };

  const isClosed = () => state === 'closed';

  const tryAgain = async () => {
    if (state !== 'down') return;
    state = 'trying';
    try {
      const opened = await open(sessionId, { onText, onClose });
      if (isClosed()) return opened.close();
      transport = opened;
      state = 'asking';
      opened.send(JSON.stringify({ action: 'status' } satisfies ClientMessage));
    } catch {
      if (!isClosed()) scheduleTry();
    }
  };

  const close = () => {
    state = 'closed';
    transport?.close();
    transport = undefined;
  };

  const goDown = () => {
    downSince = clock.now();
    retryMs = FIRST_RETRY_MS;
    state = 'down';
    clock.after(RECONNECT_WINDOW_MS, loseIfOverdue);
  };

  if (rejoins === true) {
    goDown();
    clock.after(0, nudge);
  } else {
    transport = await open(sessionId, { onText, onClose });
    state = 'up';
  }
  return {
    send(data) {
      if (state === 'up') transport?.send(data instanceof Uint8Array ? data : JSON.stringify(data));
    },
    get isUp() {
      return state === 'up';
    },
    nudge,
    close,
  };
}

function parseMessage(text: string): ServerMessage | undefined {
  try {
    // This page does not know the message: a newer recorder sent it, and it can be ignored.
    return serverMessageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
