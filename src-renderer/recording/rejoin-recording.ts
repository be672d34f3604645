import { type Result, toWireError } from '../../src-main/contract/errors.ts';
import type { ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { SessionRecord } from '../../src-main/contract/session-record.ts';
import type { RecordingMemory, RememberedRecording } from '../session/recording-memory.ts';
import type { SessionClientEvents } from '../session/session-client.ts';
import type { SessionConnector } from '../session/session-connector.ts';
import type { AwakeClock } from './awake-clock.ts';
import type { LiveState } from './live-state.ts';
import type { RecordingRun } from './recording-run.ts';
import type { RecordingState } from './recording-state.ts';
import type { RecordingWarnings } from './recording-warnings.ts';
import { lastMarkerOf, planRejoin, savedFromRecord } from './session-standing.ts';

export interface RejoinRecordingDependencies {
  readonly sessions: SessionConnector;
  readonly findSession: (id: string) => Promise<Result<SessionRecord>>;
  readonly memory: RecordingMemory;
  readonly clock: AwakeClock;
  readonly state: LiveState<RecordingState>;
  readonly warnings: RecordingWarnings;
  readonly run: RecordingRun;
  readonly events: SessionClientEvents;
}

/** Returns a function that goes on with a recording another page left. It returns whether there is one. */
export function createRejoin(deps: RejoinRecordingDependencies): () => Promise<boolean> {
  const { memory, clock, state, warnings, run } = deps;
  const isIdle = () => state.current.phase === 'idle';

  async function joinSession(left: RememberedRecording, record: SessionRecord): Promise<void> {
    const { sessionId, sampleRate, channels, format } = left;
    run.begin({ format, sampleRate, channels });
    state.change({
      phase: 'rejoining',
      sessionId,
      tracks: left.sources.map(({ track }) => track),
      labels: Object.fromEntries(left.sources.map(({ track, label }) => [track, label])),
      lastMarker: lastMarkerOf(record),
    });
    try {
      const joined = await deps.sessions.rejoinSession({ id: sessionId, sampleRate }, deps.events);
      run.connect(joined.client);
      if (joined.standing.type === 'status') captureAgain(joined.standing, left);
      else await run.conclude({ saved: joined.standing });
    } catch (error) {
      const ended = await deps.findSession(sessionId);
      if (ended.ok && ended.value.status !== 'recording')
        await run.conclude({ saved: savedFromRecord(ended.value) });
      else await run.conclude({ problem: toWireError(error) });
    }
  }

  function captureAgain(standing: ServerMessageOf<'status'>, left: RememberedRecording): void {
    // The session is finalising; recording_stopped follows.
    if (standing.state === 'finalising') return;
    const { plans, reading } = planRejoin(standing, left, clock.now());
    const frames = Math.max(0, ...plans.map(({ start: { heldFrames } }) => heldFrames));
    state.change({
      phase: standing.state === 'paused' ? 'paused' : 'recording',
      part: standing.part,
      frames,
      framesOnDisk: frames,
      diskMinutesLeft: standing.disk_minutes_left,
    });
    warnings.add('rejoined');
    run.capture(plans, { reading }).acquire();
  }

  return async () => {
    if (!isIdle()) return false;
    const left = await memory.adopt();
    state.change({ elsewhere: await memory.elsewhere() });
    if (left === undefined) return false;
    // Record was pressed meanwhile: the engine finalises the earlier recording by itself.
    if (!isIdle()) {
      memory.forget(left.sessionId);
      return false;
    }
    const known = await deps.findSession(left.sessionId);
    if (known.ok && known.value.status === 'recording') {
      await joinSession(left, known.value);
      return true;
    }
    memory.forget(left.sessionId);
    // A recording that a crash cut off is announced elsewhere, by the news of recovery.
    if (known.ok && known.value.recovered === null)
      state.change({ saved: savedFromRecord(known.value), sampleRate: left.sampleRate });
    return false;
  };
}
