import type { StoreApi } from 'zustand/vanilla';
import type { ServerMessage, ServerMessageOf, StopReason } from '../../src-main/contract/server-messages.ts';
import type { LiveWarningCode } from './live-warning.ts';
import type { RecordingState } from './recording-state.ts';

/** After these the same session goes on in the next part: the app always starts with "continue". */
const GOES_ON = new Set<StopReason>(['total_size_limit', 'duration_limit', 'split']);

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
    if (message.reason === undefined || !GOES_ON.has(message.reason)) deps.onStopped(message);
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
