import type { Side } from '../../src-main/contract/audio-format.ts';
import { toWireError } from '../../src-main/contract/errors.ts';
import type { SessionClient } from '../session/session-client.ts';
import { createLiveState } from './live-state.ts';
import { createRecordingRun, type RecordingRunDependencies } from './recording-run.ts';
import { IDLE, isRunning, type RecordingState } from './recording-state.ts';
import { createRecordingWarnings } from './recording-warnings.ts';
import { createRejoin, type RejoinRecordingDependencies } from './rejoin-recording.ts';
import { createSessionEvents } from './session-events.ts';
import { createStart, type StartDependencies } from './start-recording.ts';

export interface PageRecorderDependencies
  extends
    Omit<RecordingRunDependencies, 'state' | 'warnings'>,
    Omit<StartDependencies, 'state' | 'run' | 'events'>,
    Omit<RejoinRecordingDependencies, 'state' | 'warnings' | 'run' | 'events'> {
  readonly onChange: (state: RecordingState) => void;
}

/** Records what this page captures, one recording after another. */
export interface PageRecorder {
  readonly state: RecordingState;
  start(title: string): Promise<void>;
  /** Goes on with a recording that another page left, or shows how it ended. Returns whether one goes on. */
  rejoin(): Promise<boolean>;
  togglePause(): Promise<void>;
  addMarker(label: string): Promise<void>;
  stop(): Promise<void>;
  /** Says that this side's device can be opened again now, or asks the user for it. */
  reacquire(track: Side): void;
  dismissWarning(): void;
  dismissOutcome(): void;
  dismissRescued(): void;
}

export function createPageRecorder(deps: PageRecorderDependencies): PageRecorder {
  const state = createLiveState<RecordingState>(IDLE, deps.onChange);
  const warnings = createRecordingWarnings(state);
  const run = createRecordingRun({ ...deps, state, warnings });
  const events = createSessionEvents({ ...deps, state, warnings, run });
  const start = createStart({ ...deps, state, run, events });
  const rejoin = createRejoin({ ...deps, state, warnings, run, events });

  const phase = () => state.current.phase;

  /** Sends a request of the running recording. A refusal is shown, and the recording goes on. */
  async function ask(request: (running: SessionClient) => Promise<unknown>): Promise<boolean> {
    if (run.client === undefined) return false;
    try {
      await request(run.client);
      return true;
    } catch (error) {
      state.change({ problem: toWireError(error) });
      return false;
    }
  }

  async function togglePause(): Promise<void> {
    if (phase() === 'recording') {
      state.change({ phase: 'paused' });
      run.tracks?.pause();
      run.remember();
      await ask((running) => running.pause());
    } else if (phase() === 'paused') {
      if (!(await ask((running) => running.resume())) || phase() !== 'paused') return;
      state.change({ phase: 'recording' });
      // The next chunk sets the time again.
      run.rememberSoon();
      run.tracks?.resume();
    }
  }

  async function stop(): Promise<void> {
    const { client: running, tracks } = run;
    if (running === undefined || !isRunning(phase())) return;
    for (const track of tracks?.each ?? []) track.end();
    state.change({ phase: 'stopping' });
    try {
      await tracks?.close();
      await run.conclude({ saved: await running.stop() });
    } catch (error) {
      await run.conclude({ problem: toWireError(error), ...run.rescue() });
    }
  }

  deps.memory.onChange(() => void rejoin());
  return {
    get state() {
      return state.current;
    },
    start,
    rejoin,
    togglePause,
    stop,
    reacquire(track) {
      run.tracks?.each.find((candidate) => candidate.track === track)?.acquire();
    },
    dismissWarning() {
      const { warning } = state.current;
      if (warning !== null) warnings.end(warning.code);
    },
    async addMarker(label) {
      if (!isRunning(phase())) return;
      const trimmed = label.trim();
      await ask((running) => running.marker(trimmed === '' ? undefined : trimmed));
    },
    dismissOutcome() {
      state.change({ saved: null, problem: null });
    },
    dismissRescued() {
      state.change({ rescued: null });
    },
  };
}
