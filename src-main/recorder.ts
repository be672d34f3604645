import type { ApiHandlers } from './contract/api.ts';
import type { DeliveryFormat } from './contract/audio-format.ts';
import type { Encoder } from './encode/encoder.ts';
import type { Client, Clock, Connection, Log } from './session/ports.ts';

/** What a server was told by its environment. */
export interface ServerDefaults {
  /** Records every connection from its first binary frame, without a `start`. */
  readonly autoRecord: boolean;
  readonly format: DeliveryFormat;
  readonly gain: number;
  /** Bits a second. */
  readonly mp3BitRate?: number;
}

export interface RecorderOptions {
  /** Holds the catalog, the settings and, unless told otherwise, `recordings/`. */
  readonly dataDir: string;
  /** Overrides the user's setting. */
  readonly recordingsDir?: string;
  readonly version: string;
  readonly shell: 'desktop' | 'browser';
  readonly encoder: Encoder;
  readonly clock: Clock;
  readonly log: Log;
  /** Where a client fetches a session's file. */
  readonly fileUrl: (sessionId: string, name: string) => string;
  /** Moves a folder to the system's trash; rejects rather than delete. */
  readonly moveToTrash: (path: string) => Promise<void>;
  /** Shows a folder in the system's file manager. */
  readonly reveal: (path: string) => Promise<void>;
  readonly defaults?: ServerDefaults;
}

/** The whole product without a shell: the engine, its files, its catalog. */
export interface Recorder {
  readonly handlers: ApiHandlers;
  /** Starts or rejoins a session. `sessionId` is hostile; `new` asks for a fresh one. Throws INVALID_SESSION_ID,
   * SESSION_IN_USE or SHUTTING_DOWN. */
  connect(sessionId: string, client: Client): Connection;
  /** The absolute path of a finished file, or undefined where the session has none of that name. */
  resolveFile(sessionId: string, name: string): string | undefined;
  /** Ids of sessions that are recording, paused or being finalised. */
  activeSessions(): readonly string[];
  /** Called with the number of active sessions whenever it changes. Returns the way to stop listening. */
  onActivityChange(listener: (active: number) => void): () => void;
  /** Totals since launch, for /metrics: name (Prometheus form) to value. */
  metrics(): Readonly<Record<string, number>>;
  /** Finalises every session, then closes the catalog. Safe to call twice. */
  close(): Promise<void>;
}
