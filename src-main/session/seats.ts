import { RECONNECT_WINDOW_MS } from '../contract/limits.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Client } from './ports.ts';
import type { Session, SessionOptions } from './session.ts';

/** A session in the engine, and the client connected to it. */
export interface Seat {
  readonly session: Session;
  readonly audience: Audience;
}

/** The receiver of a session's messages. */
interface Audience {
  client: Client | undefined;
  leftAtMs: number;
  /** The end of the session, where no client was connected to receive it. */
  readonly undelivered: ServerMessage[];
}

/** The callbacks of a session to its seat. */
export type SeatCallbacks = Pick<SessionOptions, 'send' | 'onActivity'>;

export interface SeatsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly openSession: (id: string, tells: SeatCallbacks) => Session;
  /** True where a recording ends together with its connection, which is then the normal end. */
  readonly endsWithClient: boolean;
  /** Called whenever a session starts or ends. */
  readonly onActivity: (activeSessions: readonly string[]) => void;
}

/** All sessions by id, and who is connected to which. */
export interface Seats {
  get(id: string): Seat | undefined;
  sessions(): readonly Session[];
  /**
   * Connects a client to the session of that id, which is created where there is none. The client replaces an earlier
   * one.
   */
  take(id: string, client: Client): Seat;
  /** The client has gone. */
  leave(seat: Seat, client: Client): void;
  /** Lets every session check the clock, and ends those whose client did not come back in time. */
  tick(): void;
  /** Ids of sessions that are recording, paused or being finalised. */
  activeSessions(): string[];
}

export function createSeats(options: SeatsOptions): Seats {
  const { clock, log, openSession, endsWithClient } = options;
  const seats = new Map<string, Seat>();

  const awayMs = ({ leftAtMs }: Audience): number => clock.monotonicMs() - leftAtMs;
  /** No client is connected, nothing is going on, and no client will come back for the undelivered end. */
  const isLeft = ({ session, audience }: Seat): boolean =>
    audience.client === undefined &&
    !session.active &&
    (audience.undelivered.length === 0 || awayMs(audience) >= RECONNECT_WINDOW_MS);

  const sessions = (): readonly Session[] => [...seats.values()].map(({ session }) => session);
  const activeSessions = (): string[] => sessions().flatMap(({ id, active }) => (active ? id : []));

  const onActivity = (): void => {
    for (const [id, seat] of seats) if (isLeft(seat)) seats.delete(id);
    options.onActivity(activeSessions());
  };

  const open = (id: string): Seat => {
    const audience: Audience = { client: undefined, leftAtMs: 0, undelivered: [] };
    const session = openSession(id, {
      onActivity,
      send(message) {
        // Messages after the end go to the client that has come back since.
        const { client, undelivered } = seats.get(id)?.audience ?? audience;
        if (client !== undefined) client.send(message);
        else if (message.type === 'recording_stopped') undelivered.push(message);
      },
    });
    const seat = { session, audience };
    seats.set(id, seat);
    return seat;
  };

  return {
    get: (id) => seats.get(id),
    sessions,
    activeSessions,
    take(id, client) {
      const seat = seats.get(id) ?? open(id);
      const { session, audience } = seat;
      // A client may come back before its dead connection is noticed, so the newer connection wins.
      audience.client?.send({
        type: 'error',
        code: 'SESSION_IN_USE',
        message: 'Another connection has taken over this session; this one no longer receives its messages',
      });
      audience.client = client;
      if (session.active) void session.changeSender();
      for (const message of audience.undelivered.splice(0)) client.send(message);
      return seat;
    },
    leave({ session, audience }, client) {
      if (audience.client !== client) return;
      audience.client = undefined;
      audience.leftAtMs = clock.monotonicMs();
      if (!session.active) seats.delete(session.id);
      else if (endsWithClient) void session.stop();
      else log('warn', 'client left a running session', { id: session.id });
    },
    tick() {
      for (const { session, audience } of seats.values()) {
        session.tick();
        if (audience.client !== undefined || awayMs(audience) < RECONNECT_WINDOW_MS) continue;
        if (session.active) void session.stop('disconnected');
        else seats.delete(session.id);
      }
    },
  };
}
