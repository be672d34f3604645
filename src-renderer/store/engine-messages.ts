import type { StoreApi } from 'zustand/vanilla';
import type { ServerMessage, ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { LiveWarningCode } from './live-warning.ts';
import type { RecordingState } from './recording-state.ts';

export interface EngineMessageDependencies {
  readonly store: StoreApi<RecordingState>;
  readonly unacknowledgedFrames: () => number;
  readonly warn: (code: LiveWarningCode, subject?: string) => void;
  /** The engine ended the recording by itself. */
  readonly onStopped: (message: ServerMessageOf<'recording_stopped'>) => void;
  readonly onLibraryChange: () => void;
}

/** What the engine says of a running recording, as the screens show it. */
export function createEngineMessageHandler(
  deps: EngineMessageDependencies,
): (message: ServerMessage) => void {
  const { store } = deps;

  function onStopped(message: ServerMessageOf<'recording_stopped'>): void {
    deps.onLibraryChange();
    // A stop that was asked for is concluded by whoever asked.
    if (store.getState().phase === 'stopping') return;
    if (!message.continues) deps.onStopped(message);
  }

  return (message) => {
    switch (message.type) {
      case 'recording_started':
        store.setState({ sessionId: message.session_id, part: message.part });
        if (message.part > 1) deps.warn('new_part', String(message.part));
        return;
      case 'ack':
        return store.setState(({ frames }) => ({
          framesOnDisk: Math.max(0, frames - deps.unacknowledgedFrames()),
        }));
      case 'marker_added':
        return store.setState(({ lastMarker }) => ({
          lastMarker: {
            count: (lastMarker?.count ?? 0) + 1,
            atSeconds: message.position_seconds,
            label: message.label,
          },
        }));
      case 'warning':
        return deps.warn(message.code);
      case 'error':
        // Not a problem but the announcement of the next part.
        if (message.code === 'TOTAL_SIZE_LIMIT' || message.code === 'DURATION_LIMIT') return;
        return store.setState({ problem: { code: message.code, message: message.message } });
      case 'recording_stopped':
        return onStopped(message);
      case 'progress':
      case 'recording_paused':
      case 'recording_resumed':
      case 'status':
      case 'processing_started':
      case 'processing_completed':
      case 'processing_failed':
        return;
    }
  };
}
