import { connectSession, rejoinSession } from './connect-session.ts';
import { createPortTransport } from './port-transport.ts';
import type { RejoinedSession, SessionClient, SessionClientEvents } from './session-client.ts';
import { desktopBridge } from './shell.ts';
import { openWebSocketTransport } from './websocket-transport.ts';

/** How pages reach sessions. Both reject with CONNECTION_LOST. */
export interface SessionConnector {
  openSession(events: SessionClientEvents): Promise<SessionClient>;
  rejoinSession(
    session: { readonly id: string; readonly sampleRate: number },
    events: SessionClientEvents,
  ): Promise<RejoinedSession>;
}

const shell = {
  open: desktopBridge === undefined ? openWebSocketTransport : createPortTransport(desktopBridge),
  clock: {
    now: () => performance.now(),
    after: (milliseconds: number, action: () => void) => void setTimeout(action, milliseconds),
  },
} as const;

/** The sessions of the shell this page runs in. */
export const sessionConnector: SessionConnector = {
  openSession: (events) => connectSession({ ...shell, sessionId: crypto.randomUUID(), events }),
  rejoinSession: ({ id, sampleRate }, events) =>
    rejoinSession({ ...shell, sessionId: id, sampleRate, events }),
};
