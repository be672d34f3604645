import type { StartMessage } from '../contract/client-messages.ts';
import { fixedError, LecternError } from '../contract/errors.ts';
import { MAX_TAP_UNSENT_BYTES, MAX_TAPS, MAX_TAPS_UNSENT_BYTES, type Limits } from '../contract/limits.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import { NEW_SESSION, sessionIdSchema } from '../contract/session-id.ts';
import { createConnection } from './connection.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type {
  Client,
  Connection,
  Profiles,
  SessionStore,
  TapClient,
  TurnDetector,
  TurnDetectorOptions,
} from './ports.ts';
import { createSeats, type SeatCallbacks } from './seats.ts';
import { createSession, type Session } from './session.ts';

export interface EngineOptions {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly profiles: Profiles;
  readonly newId: () => string;
  readonly nameSession: (startedAtMs: number) => string;
  readonly decodeBase64: (text: string) => Uint8Array | undefined;
  readonly openTurnDetector: (options: TurnDetectorOptions) => TurnDetector;
  /** Where set, every connection records from its first binary frame, and its recording ends with it. */
  readonly autoStart?: StartMessage;
}

/** Bytes that may still be used, without the reserve. */
export interface FreeSpace {
  readonly usualBytes: number;
  /** Where sessions have moved to the fallback folder. */
  readonly fallbackBytes: number | undefined;
  /** Where sessions are recorded to a folder of their profile, by that folder. */
  readonly elsewhereBytes: ReadonlyMap<string, number>;
}

export interface Engine {
  /** Starts or rejoins a session. Throws INVALID_SESSION_ID or SHUTTING_DOWN. */
  connect(sessionId: string, client: Client): Connection;
  /**
   * Adds a listener for a running session's raw audio and turns. Returns a function that removes it, to be called once
   * its connection is gone. Throws NOT_RECORDING where no session of that id is recording, and TAPS_FULL.
   */
  tap(sessionId: string, client: TapClient): () => void;
  /** Ids of sessions that are recording, paused or being finalised. */
  activeSessions(): readonly string[];
  onActivityChange(listener: (active: number) => void): () => void;
  /** Called once the files of a session's recording are final and its client has been told. */
  onEnded(listener: (sessionId: string) => void): void;
  /** Sends a session's client, where it is still connected, news about the recording after its end. */
  notify(sessionId: string, message: ServerMessage): void;
  /** To be called a few times a second. */
  tick(): void;
  /** The folders, other than the usual one, that sessions are being recorded to. */
  recordingsDirs(): readonly string[];
  /** Tells every running session how long this much room lasts for all of them together. */
  noteFreeSpace(space: FreeSpace): void;
  /** Totals since launch. */
  readonly totals: Readonly<Record<'sessions' | 'chunks' | 'bytes' | 'errors' | 'warnings', number>>;
  /** Takes no more connections, and finalises every session. */
  close(): Promise<void>;
}

export function createEngine(options: EngineOptions): Engine {
  const { store, clock, log, limits, nameSession, decodeBase64 } = options;
  const activityListeners = new Set<(active: number) => void>();
  const endListeners = new Set<(sessionId: string) => void>();
  /** The listeners of sessions, until their connections are gone. */
  const listening = new Set<TapClient>();
  const totals = { sessions: 0, chunks: 0, bytes: 0, errors: 0, warnings: 0 };
  let closing: Promise<void> | undefined;

  const count = (message: ServerMessage): void => {
    if (message.type === 'error') totals.errors++;
    if (message.type === 'warning') totals.warnings++;
    if (message.type === 'recording_started' && message.part === 1) totals.sessions++;
  };

  const openSession = (id: string, { send, onActivity }: SeatCallbacks): Session =>
    createSession({
      id,
      store,
      clock,
      log,
      limits,
      profiles: options.profiles,
      nameSession,
      decodeBase64,
      newId: options.newId,
      openTurnDetector: options.openTurnDetector,
      allowedUnsentTapBytes: () =>
        Math.min(MAX_TAP_UNSENT_BYTES, MAX_TAPS_UNSENT_BYTES / Math.max(1, listening.size)),
      onActivity,
      onEnded() {
        for (const listener of endListeners) listener(id);
      },
      isClosing: () => closing !== undefined,
      send(message) {
        count(message);
        send(message);
      },
    });

  const seats = createSeats({
    clock,
    log,
    openSession,
    endsWithClient: options.autoStart !== undefined,
    onActivity(active) {
      for (const listener of activityListeners) listener(active.length);
    },
  });

  return {
    connect(requestedId, client) {
      if (closing !== undefined)
        throw new LecternError('SHUTTING_DOWN', 'Lectern is closing; start it again to record');
      const id = requestedId === NEW_SESSION ? options.newId() : requestedId;
      if (!sessionIdSchema.safeParse(id).success)
        throw new LecternError(
          'INVALID_SESSION_ID',
          "Invalid session id: expected 1 to 64 letters, digits, '.', '_' or '-', or 'new'",
        );
      const seat = seats.take(id, client);
      return createConnection({
        session: seat.session,
        autoStart: options.autoStart,
        reply: (message) => {
          count(message);
          client.send(message);
        },
        ownsSession: () => seat.audience.client === client,
        onAudio: (bytes) => {
          totals.chunks++;
          totals.bytes += bytes;
        },
        onDisconnect: () => {
          seats.leave(seat, client);
        },
      });
    },
    tap(sessionId, client) {
      const seat = seats.get(sessionId);
      if (seat === undefined) throw fixedError('NOT_RECORDING');
      if (listening.size >= MAX_TAPS)
        throw new LecternError(
          'TAPS_FULL',
          `Expected at most ${MAX_TAPS} to listen at once. End one of them, then connect again`,
        );
      const leave = seat.session.tap(client);
      listening.add(client);
      return () => {
        listening.delete(client);
        leave();
      };
    },
    activeSessions: seats.activeSessions,
    notify(sessionId, message) {
      seats.get(sessionId)?.audience.client?.send(message);
    },
    onActivityChange(listener) {
      activityListeners.add(listener);
      return () => activityListeners.delete(listener);
    },
    onEnded(listener) {
      endListeners.add(listener);
    },
    tick: seats.tick,
    recordingsDirs: () => [...new Set(seats.sessions().flatMap(({ recordingsDir }) => recordingsDir ?? []))],
    noteFreeSpace({ usualBytes, fallbackBytes, elsewhereBytes }) {
      const sessions = seats.sessions();
      const bytesPerSecond = sessions.reduce((sum, session) => sum + session.bytesPerSecond, 0);
      if (bytesPerSecond === 0) return;
      const minutesOf = (bytes: number): number => Math.max(0, bytes) / bytesPerSecond / 60;
      for (const session of sessions) {
        const { recordingsDir, relocated } = session;
        const ownBytes = recordingsDir === undefined ? usualBytes : elsewhereBytes.get(recordingsDir);
        const bytes = relocated ? fallbackBytes : ownBytes;
        if (bytes !== undefined) session.noteDiskMinutes(minutesOf(bytes));
      }
    },
    totals,
    close() {
      closing ??= Promise.all(seats.sessions().map((session) => session.stop('shutdown'))).then(
        () => undefined,
      );
      return closing;
    },
  };
}
