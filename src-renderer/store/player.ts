import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';

/** What a player must be told; the page's audio element, or a test's. */
export interface PlayingDevice {
  /** Seconds into the part. */
  currentTime: number;
  readonly paused: boolean;
  play(): Promise<void>;
  pause(): void;
}

export interface PlayerState {
  readonly sessionId: string | null;
  /** The part whose file is in the player, counted from 1. */
  readonly part: number;
  /** Position in the session: all parts, one after another. */
  readonly positionMs: number;
  readonly playing: boolean;
  /** Where it pauses by itself: the end of the one turn that was asked for. */
  readonly untilMs: number | null;
}

export interface PlayerController {
  readonly store: StoreApi<PlayerState>;
  /** Shows a session from its beginning; nothing plays yet. */
  load(session: SessionRecord): void;
  choosePart(part: number): void;
  /** Plays from a position of the session, to its end or to `untilMs`. */
  playFrom(positionMs: number, untilMs?: number): void;
  pause(): void;
  /** The part's file is in the player from now on; returns the way to take it out. */
  attach(device: PlayingDevice): () => void;
  /** The player has moved, started or stopped. To be called while it plays, as often as the screen is drawn. */
  look(): void;
}

const NOTHING: PlayerState = { sessionId: null, part: 1, positionMs: 0, playing: false, untilMs: null };

/** Plays one session at a time: its parts as one, and single turns of it. */
export function createPlayer(): PlayerController {
  const store = createStore<PlayerState>(() => NOTHING);
  let partStartsMs: readonly { readonly part: number; readonly startMs: number }[] = [];
  let device: PlayingDevice | undefined;
  /** What the device is to do once the right part is in it. */
  let wanted: { readonly atMs: number } | undefined;

  const startOf = (part: number): number => partStartsMs.find((entry) => entry.part === part)?.startMs ?? 0;
  const partAt = (ms: number): number => partStartsMs.findLast(({ startMs }) => startMs <= ms)?.part ?? 1;

  const fulfil = (): void => {
    if (wanted === undefined || device === undefined) return;
    device.currentTime = Math.max(0, wanted.atMs - startOf(store.getState().part)) / 1000;
    wanted = undefined;
    // Refused where the file is gone: the player itself shows that.
    device.play().catch(() => undefined);
  };

  return {
    store,
    load(session) {
      const { sessionId } = store.getState();
      let startMs = 0;
      partStartsMs = session.parts.map(({ part, duration_seconds: seconds }) => {
        const entry = { part, startMs };
        startMs += seconds * 1000;
        return entry;
      });
      if (sessionId === session.id) return;
      wanted = undefined;
      store.setState({ ...NOTHING, sessionId: session.id, part: partStartsMs[0]?.part ?? 1 });
    },
    choosePart(part) {
      if (part === store.getState().part) return;
      wanted = undefined;
      store.setState({ part, positionMs: startOf(part), playing: false, untilMs: null });
    },
    playFrom(positionMs, untilMs) {
      const part = partAt(positionMs);
      const here = device !== undefined && part === store.getState().part;
      wanted = { atMs: positionMs };
      store.setState({ part, positionMs, untilMs: untilMs ?? null });
      if (here) fulfil();
    },
    pause() {
      device?.pause();
    },
    attach(next) {
      device = next;
      fulfil();
      return () => {
        if (device === next) device = undefined;
      };
    },
    look() {
      if (device === undefined || wanted !== undefined) return;
      const { part, untilMs } = store.getState();
      const positionMs = startOf(part) + device.currentTime * 1000;
      const playing = !device.paused;
      // A turn that goes on in the next part ends with this one's file, which the player does by itself.
      if (untilMs !== null && positionMs >= untilMs) {
        device.pause();
        store.setState({ positionMs: untilMs, playing: false, untilMs: null });
      } else store.setState({ positionMs, playing });
    },
  };
}
