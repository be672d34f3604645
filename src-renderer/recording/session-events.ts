import type { WireError } from '../../src-main/contract/errors.ts';
import type { SessionClientEvents } from '../session/session-client.ts';
import { createEngineMessageHandler, createLateMessageHandler } from './engine-messages.ts';
import type { LiveState } from './live-state.ts';
import type { RecordingRun } from './recording-run.ts';
import type { RecordingState } from './recording-state.ts';
import type { RecordingWarnings } from './recording-warnings.ts';

export interface SessionEventsDependencies {
  readonly state: LiveState<RecordingState>;
  readonly warnings: RecordingWarnings;
  readonly run: RecordingRun;
  readonly onLibraryChange: () => void;
}

/** How the recording reacts to its session's messages and to its connection. */
export function createSessionEvents(deps: SessionEventsDependencies): SessionClientEvents {
  const { state, warnings, run, onLibraryChange } = deps;
  return {
    onMessage: createEngineMessageHandler({
      state,
      unacknowledgedFrames: () => run.client?.unacknowledgedFrames ?? 0,
      warn: warnings.add,
      onStopped: (saved) => void run.concludeUnasked({ saved }),
      onTakenOver: (problem) => void run.concludeUnasked({ problem }),
      onLibraryChange,
      onNoSound: () => run.tracks?.checkDevices(),
      onDiskLow: () => run.client?.askStatus(),
    }),
    onLate: createLateMessageHandler({ state, onLibraryChange }),
    /** Warns that the disk does not take the audio; afterwards says how much was lost. */
    onBacklog(backlog, lostSeconds) {
      const full = warnings.find('memory_full');
      warnings.end('disk_waiting', 'memory_full');
      const { framesOnDisk, sampleRate } = state.current;
      if (backlog === 'waiting') warnings.add('disk_waiting', { atSeconds: framesOnDisk / sampleRate });
      if (backlog === 'full') warnings.add('memory_full');
      if (lostSeconds > 0 && full !== undefined)
        warnings.add('gap', { atSeconds: full.atSeconds, missingSeconds: lostSeconds });
    },
    onConnection(connection) {
      state.change({ connection });
      if (connection === 'lost' && state.current.phase !== 'stopping')
        void run.concludeUnasked({ problem: LOST, ...run.rescue() });
    },
  };
}

const LOST: WireError = { code: 'CONNECTION_LOST', message: 'The engine did not answer for 30 seconds.' };
