import type { StartMessage } from '../../src-main/contract/client-messages.ts';
import type { ServerMessage, ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { CaptureChunk } from '../capture/capture.ts';
import type { HeldChunk } from './held-audio.ts';

export interface SessionClientEvents {
  /** Everything the engine says, after the client has taken note of it. */
  onMessage(message: ServerMessage): void;
  /** What becomes of files that were not ready when the session ended, to a client that has left it. */
  onLate(message: ServerMessage): void;
  onConnection(state: 'connected' | 'reconnecting' | 'lost'): void;
  /**
   * Captured audio waits for the disk; or so much waits that there is room for no more, and what is captured from now
   * on is lost; or neither any longer. `lostSeconds` says how much was lost while there was no room, once there is.
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
  /** Asks how the session stands; the answer comes as a message, or not at all. */
  askStatus(): void;
  /** Frames captured that are not known to be on disk. */
  readonly unacknowledgedFrames: number;
  /** The same as audio; still there once the connection is lost for good. */
  readonly heldChunks: readonly HeldChunk[];
  /** How the session ended, with the files that have become final since; nothing while it runs. */
  readonly outcome: ServerMessageOf<'recording_stopped'> | undefined;
  /** As close, but once it has been told what becomes of the files that are still being made. */
  leave(): void;
  /** Lets the connection go; the engine ends a session that still runs as interrupted. */
  close(): void;
}

/** A session that goes on with a new page, or the way it ended meanwhile. */
export interface RejoinedSession {
  readonly client: SessionClient;
  readonly standing: ServerMessageOf<'status'> | ServerMessageOf<'recording_stopped'>;
}
