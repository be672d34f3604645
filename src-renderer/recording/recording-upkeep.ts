import type { RecordingMemory } from '../session/recording-memory.ts';
import type { SessionClient } from '../session/session-client.ts';
import type { AwakeClock } from './awake-clock.ts';
import type { LiveState } from './live-state.ts';
import type { RecordingState } from './recording-state.ts';
import type { RecordingTracks } from './recording-tracks.ts';
import { rememberedSources } from './session-standing.ts';

/** The room on the disk changes slowly. */
const STATUS_INTERVAL_MS = 30_000;
const FIRST_STATUS_MS = 1000;
/** The other side's device may be replaced without a notice. */
const OTHER_SIDE_INTERVAL_MS = 1000;
/** In this time, the sound's clock and the wall clock drift apart by very little. */
const REMEMBER_INTERVAL_MS = 2000;

export interface UpkeepDependencies {
  readonly state: LiveState<RecordingState>;
  readonly memory: RecordingMemory;
  readonly clock: AwakeClock;
  readonly client: () => SessionClient | undefined;
  readonly tracks: () => RecordingTracks | undefined;
}

/** Regular work for a running recording. Each chunk triggers it, since timers of a hidden page may sleep. */
export interface Upkeep {
  /** Begins a new recording. */
  begin(): void;
  /** Called at each chunk: does the work that is due. */
  noteChunk(): void;
  /** Stores what another page needs to go on with this recording. */
  remember(): void;
  /** Stores it at the next chunk. */
  rememberSoon(): void;
}

export function createUpkeep({ state, memory, clock, client, tracks }: UpkeepDependencies): Upkeep {
  let statusDueMs = 0;
  let otherSideDueMs = 0;
  let rememberDueMs = 0;

  /** Checks what sends no notice: free disk space, and devices that came or went. */
  function checkAll(): void {
    statusDueMs = clock.now() + STATUS_INTERVAL_MS;
    otherSideDueMs = clock.now() + OTHER_SIDE_INTERVAL_MS;
    client()?.askStatus();
    tracks()?.checkDevices();
  }

  function checkOtherSide(): void {
    otherSideDueMs = clock.now() + OTHER_SIDE_INTERVAL_MS;
    for (const track of tracks()?.each ?? []) if (track.track === 'assistant') track.checkDevice();
  }

  function remember(): void {
    const { sessionId, format, sampleRate, channels } = state.current;
    const running = tracks();
    if (running === undefined) return;
    rememberDueMs = clock.now() + REMEMBER_INTERVAL_MS;
    if (sessionId === null) return;
    memory.remember({ sessionId, format, sampleRate, channels, sources: rememberedSources(running) });
  }

  return {
    begin() {
      statusDueMs = clock.now() + FIRST_STATUS_MS;
      otherSideDueMs = 0;
    },
    noteChunk() {
      if (clock.now() >= statusDueMs) checkAll();
      else if (clock.now() >= otherSideDueMs) checkOtherSide();
      if (clock.now() >= rememberDueMs) remember();
    },
    remember,
    rememberSoon() {
      rememberDueMs = 0;
    },
  };
}
