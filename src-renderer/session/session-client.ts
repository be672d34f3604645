import type { StartMessage } from '../../src-main/contract/client-messages.ts';
import type { ServerMessage, ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { CaptureChunk } from '../capture/capture.ts';
import { connectSession } from './connect-session.ts';
import { createPortTransport } from './port-transport.ts';
import { desktopBridge } from './shell.ts';
import { openWebSocketTransport } from './websocket-transport.ts';

export interface SessionClientEvents {
  /** Everything the engine says, after the client has taken note of it. */
  onMessage(message: ServerMessage): void;
  onConnection(state: 'connected' | 'reconnecting' | 'lost'): void;
}

/** One live recording, from start to stop, over whichever shell this page runs in. */
export interface SessionClient {
  start(options: Omit<StartMessage, 'action'>): Promise<ServerMessageOf<'recording_started'>>;
  /** Sends the chunk, and keeps it until it is acknowledged. Never throws: what cannot be sent waits. */
  sendChunk(chunk: CaptureChunk): void;
  pause(): Promise<void>;
  resume(): Promise<void>;
  marker(label?: string): Promise<void>;
  /** Resolves once the files are final. Chunks handed over before are part of them. */
  stop(): Promise<ServerMessageOf<'recording_stopped'>>;
  /** Frames captured that are not known to be on disk. */
  readonly unacknowledgedFrames: number;
  /** Lets the connection go; the engine ends a session that still runs as interrupted. */
  close(): void;
}

/** Connects a new session. Rejects with CONNECTION_LOST. */
export function openSession(events: SessionClientEvents): Promise<SessionClient> {
  return connectSession({
    sessionId: crypto.randomUUID(),
    open: desktopBridge === undefined ? openWebSocketTransport : createPortTransport(desktopBridge),
    clock: {
      now: () => performance.now(),
      after: (milliseconds, action) => void setTimeout(action, milliseconds),
    },
    events,
  });
}
