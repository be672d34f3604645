import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Track } from '../../src-main/contract/audio-format.ts';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';
import { partStartMs } from '../../src-main/contract/session-time.ts';
import { mainFile } from './session-files.ts';

/** What a player can do; the page's audio element, or a test's. */
export interface PlayingDevice {
  /** Seconds into the file. */
  currentTime: number;
  readonly paused: boolean;
  play(): Promise<void>;
  pause(): void;
}

export interface PlayerState {
  readonly sessionId: string | null;
  /** The part that is played, counted from 1. */
  readonly part: number;
  /** The file that should be in the player; null where the part has none. */
  readonly filePath: string | null;
  /** Position in the session: all parts, one after another. */
  readonly positionMs: number;
  readonly playing: boolean;
  /** Where it pauses by itself: the end of the wanted turn. */
  readonly untilMs: number | null;
}

/** One turn to play alone. */
export interface WantedTurn {
  readonly untilMs: number | null;
  /** The turn's side, which is played where no file has both sides. */
  readonly role: Track | null;
}

export interface PlayerController {
  readonly store: StoreApi<PlayerState>;
  /** Shows a session from its beginning, without playing. */
  load(session: SessionRecord): void;
  choosePart(part: number): void;
  /** Plays from a position in the session to its end, or to a turn's end. */
  playFrom(positionMs: number, turn?: WantedTurn): void;
  pause(): void;
  /** Says that this file is in the player from now on. Returns a function that takes it out. */
  attach(filePath: string, device: PlayingDevice): () => void;
  /** Says that the player has moved, started or stopped. Call it at every drawn frame while it plays. */
  look(): void;
}

const NOTHING: PlayerState = {
  sessionId: null,
  part: 1,
  filePath: null,
  positionMs: 0,
  playing: false,
  untilMs: null,
};

/** Plays one session at a time: its parts as one recording, and single turns of it. */
export function createPlayerController(): PlayerController {
  const store = createStore<PlayerState>(() => NOTHING);
  let session: SessionRecord | undefined;
  let attached: { readonly filePath: string; readonly device: PlayingDevice } | undefined;
  /** Where the player goes once the right file is in it. */
  let wantedMs: number | undefined;

  const startOf = (part: number): number => (session === undefined ? 0 : partStartMs(session, part));
  const partAt = (ms: number): number =>
    session?.parts.findLast(({ part }) => startOf(part) <= ms)?.part ?? store.getState().part;
  const fileOf = (part: number, role?: Track | null): string | null =>
    session === undefined ? null : (mainFile(session, part, role)?.file_path ?? null);
  /** The player, if it holds the wanted file. */
  const device = (): PlayingDevice | undefined =>
    attached !== undefined && attached.filePath === store.getState().filePath ? attached.device : undefined;

  const goWhereWanted = (): void => {
    const here = device();
    if (wantedMs === undefined || here === undefined) return;
    here.currentTime = Math.max(0, wantedMs - startOf(store.getState().part)) / 1000;
    wantedMs = undefined;
    // Rejects where the file is gone: the player itself shows that.
    here.play().catch(() => undefined);
  };

  return {
    store,
    load(next) {
      const same = session?.id === next.id;
      session = next;
      if (same) return;
      wantedMs = undefined;
      const part = next.parts[0]?.part ?? 1;
      store.setState({ ...NOTHING, sessionId: next.id, part, filePath: fileOf(part) });
    },
    choosePart(part) {
      if (part === store.getState().part) return;
      wantedMs = undefined;
      const positionMs = startOf(part);
      store.setState({ part, filePath: fileOf(part), positionMs, playing: false, untilMs: null });
    },
    playFrom(positionMs, turn) {
      const part = partAt(positionMs);
      const { filePath: current, part: currentPart } = store.getState();
      const staysOnFile = turn === undefined && part === currentPart && current !== null;
      wantedMs = positionMs;
      store.setState({
        part,
        filePath: staysOnFile ? current : fileOf(part, turn?.role),
        positionMs,
        untilMs: turn?.untilMs ?? null,
      });
      goWhereWanted();
    },
    pause() {
      device()?.pause();
    },
    attach(filePath, next) {
      attached = { filePath, device: next };
      goWhereWanted();
      return () => {
        if (attached?.device === next) attached = undefined;
      };
    },
    look() {
      const here = device();
      if (here === undefined || wantedMs !== undefined) return;
      const { part, untilMs } = store.getState();
      const positionMs = startOf(part) + here.currentTime * 1000;
      // A turn that goes on in the next part ends with this part's file. The player stops there by itself.
      if (untilMs !== null && positionMs >= untilMs) {
        here.pause();
        store.setState({ positionMs: untilMs, playing: false, untilMs: null });
      } else store.setState({ positionMs, playing: !here.paused });
    },
  };
}
