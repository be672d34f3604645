import type { StartMessage } from '../../src-main/contract/client-messages.ts';
import type { ServerMessage, ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { CaptureChunk } from '../capture/capture.ts';
import type { HeldChunk } from './held-audio.ts';

export interface SessionClientEvents {
  /** Called with every message of the engine, after the client has handled it. */
  onMessage(message: ServerMessage): void;
  /** Called with later messages about files that were not ready when the session ended. */
  onLate(message: ServerMessage): void;
  onConnection(state: 'connected' | 'reconnecting' | 'lost'): void;
  /**
   * The backlog has changed: captured audio waits for the disk; or there is no more room and new audio is lost; or
   * all is well. `lostSeconds` says how much was lost, once there is room again.
   */
  onBacklog(state: 'none' | 'waiting' | 'full', lostSeconds: number): void;
}

/** One live recording, from start to stop, over whichever shell this page runs in. */
export interface SessionClient {
  start(options: Omit<StartMessage, 'action'>): Promise<ServerMessageOf<'recording_started'>>;
  /**
   * Sends the chunk, and keeps it until it is acknowledged. Never throws: what cannot be sent waits.
   * @param trackIndex position of its track in the `tracks` of start; the first where it is absent.
   */
  sendChunk(chunk: CaptureChunk, trackIndex?: number): void;
  pause(): Promise<void>;
  resume(): Promise<void>;
  marker(label?: string): Promise<void>;
  /** Resolves once the files are final. Chunks handed over before are part of them. */
  stop(): Promise<ServerMessageOf<'recording_stopped'>>;
  /** Asks for the session's state. The answer comes as a message, or not at all. */
  askStatus(): void;
  /** Captured frames that are not known to be on disk. */
  readonly unacknowledgedFrames: number;
  /** The same as audio. It is kept when the connection is lost for ever. */
  readonly heldChunks: readonly HeldChunk[];
  /** How the session ended, with files that became final later; undefined while it runs. */
  readonly outcome: ServerMessageOf<'recording_stopped'> | undefined;
  /** Closes once the pending files are settled. */
  leave(): void;
  /** Closes the connection. The engine ends a session that still runs as interrupted. */
  close(): void;
}

/** A session that goes on in a new page, or the way it ended meanwhile. */
export interface RejoinedSession {
  readonly client: SessionClient;
  readonly standing: ServerMessageOf<'status'> | ServerMessageOf<'recording_stopped'>;
}
