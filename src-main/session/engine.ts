import type { StartMessage } from '../contract/client-messages.ts';
import { fixedError, LecternError } from '../contract/errors.ts';
import {
  MAX_TAP_UNSENT_BYTES,
  MAX_TAPS,
  MAX_TAPS_UNSENT_BYTES,
  RECONNECT_WINDOW_MS,
  type Limits,
} from '../contract/limits.ts';
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
  /** Called once the files of a session's recording are final and its client has been told. */
  readonly onEnded?: (sessionId: string) => void;
  /** Given, every connection records from its first binary frame, and ends with its connection. */
  readonly autoStart?: StartMessage;
}

/** Bytes that may still be used, a reserve already taken off. */
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
   * Lets somebody hear a running session's raw audio and turns; returns the way to leave, to be taken once its
   * connection is gone. Throws NOT_RECORDING where nothing of that id is being recorded, and TAPS_FULL.
   */
  tap(sessionId: string, client: TapClient): () => void;
  /** Ids of sessions that are recording, paused or being finalised. */
  activeSessions(): readonly string[];
  onActivityChange(listener: (active: number) => void): () => void;
  /** Tells a session's client, where it is still connected, what becomes of the recording afterwards. */
  tell(sessionId: string, message: ServerMessage): void;
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

/** A session and whoever is connected to it. */
interface Seat {
  readonly session: Session;
  client: Client | undefined;
  leftAtMs: number;
  /** How the session ended, where nobody was there to be told. */
  untold: ServerMessage[];
}

export function createEngine(options: EngineOptions): Engine {
  const { store, clock, log, limits, nameSession, decodeBase64 } = options;
  const seats = new Map<string, Seat>();
  const listeners = new Set<(active: number) => void>();
  /** Whoever listens to a session, until its connection is gone. */
  const listening = new Set<TapClient>();
  const totals = { sessions: 0, chunks: 0, bytes: 0, errors: 0, warnings: 0 };
  let closing: Promise<void> | undefined;

  const activeSessions = (): string[] =>
    [...seats.values()].filter(({ session }) => session.active).map(({ session }) => session.id);

  const awayMs = (seat: Seat): number => clock.monotonicMs() - seat.leftAtMs;
  /** Nobody is there, nothing is going on, and nobody will come back for what is untold. */
  const isLeft = (seat: Seat): boolean =>
    seat.client === undefined &&
    !seat.session.active &&
    (seat.untold.length === 0 || awayMs(seat) >= RECONNECT_WINDOW_MS);

  const onActivity = (): void => {
    for (const [id, seat] of seats) if (isLeft(seat)) seats.delete(id);
    const active = activeSessions().length;
    for (const listener of listeners) listener(active);
  };

  const count = (message: ServerMessage): void => {
    if (message.type === 'error') totals.errors++;
    if (message.type === 'warning') totals.warnings++;
    if (message.type === 'recording_started' && message.part === 1) totals.sessions++;
  };

  const openSeat = (id: string): Seat => {
    const session = createSession({
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
      onEnded: () => options.onEnded?.(id),
      isClosing: () => closing !== undefined,
      send: (message) => {
        count(message);
        // What is told after the end reaches whoever has come back to the session since.
        const { client, untold } = seats.get(id) ?? seat;
        if (client !== undefined) client.send(message);
        else if (message.type === 'recording_stopped') untold.push(message);
      },
    });
    const seat: Seat = { session, client: undefined, leftAtMs: 0, untold: [] };
    seats.set(id, seat);
    return seat;
  };

  const takeSeat = (id: string, client: Client): Seat => {
    const seat = seats.get(id) ?? openSeat(id);
    // A client that comes back may be here before its dead connection is noticed, so the newer one wins.
    seat.client?.send({
      type: 'error',
      code: 'SESSION_IN_USE',
      message: 'Another connection has taken over this session; this one no longer receives its messages',
    });
    seat.client = client;
    if (seat.session.active) void seat.session.changeSender();
    for (const message of seat.untold.splice(0)) client.send(message);
    return seat;
  };

  const leaveSeat = (seat: Seat, client: Client): void => {
    if (seat.client !== client) return;
    seat.client = undefined;
    seat.leftAtMs = clock.monotonicMs();
    if (!seat.session.active) seats.delete(seat.session.id);
    // Recording from connection to connection is what its server was set up for: this is its proper end.
    else if (options.autoStart !== undefined) void seat.session.stop();
    else log('warn', 'client left a running session', { id: seat.session.id });
  };

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
      const seat = takeSeat(id, client);
      return createConnection({
        session: seat.session,
        autoStart: options.autoStart,
        reply: (message) => {
          count(message);
          client.send(message);
        },
        ownsSession: () => seat.client === client,
        onAudio: (bytes) => {
          totals.chunks++;
          totals.bytes += bytes;
        },
        onDisconnect: () => {
          leaveSeat(seat, client);
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
    activeSessions,
    tell(sessionId, message) {
      seats.get(sessionId)?.client?.send(message);
    },
    onActivityChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tick() {
      for (const seat of seats.values()) {
        seat.session.tick();
        if (seat.client !== undefined || awayMs(seat) < RECONNECT_WINDOW_MS) continue;
        if (seat.session.active) void seat.session.stop('disconnected');
        else seats.delete(seat.session.id);
      }
    },
    recordingsDirs: () => [
      ...new Set([...seats.values()].flatMap(({ session }) => session.recordingsDir ?? [])),
    ],
    noteFreeSpace({ usualBytes, fallbackBytes, elsewhereBytes }) {
      const bytesPerSecond = [...seats.values()].reduce(
        (sum, { session }) => sum + session.bytesPerSecond,
        0,
      );
      if (bytesPerSecond === 0) return;
      const minutesOf = (bytes: number): number => Math.max(0, bytes) / bytesPerSecond / 60;
      for (const { session } of seats.values()) {
        const { recordingsDir, relocated } = session;
        const ownBytes = recordingsDir === undefined ? usualBytes : elsewhereBytes.get(recordingsDir);
        const bytes = relocated ? fallbackBytes : ownBytes;
        if (bytes !== undefined) session.noteDiskMinutes(minutesOf(bytes));
      }
    },
    totals,
    close() {
      closing ??= Promise.all([...seats.values()].map(({ session }) => session.stop('shutdown'))).then(
        () => undefined,
      );
      return closing;
    },
  };
}
