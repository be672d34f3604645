import type { ErrorCode, WireError } from '../../src-main/contract/errors.ts';
import { withLateFile } from '../../src-main/contract/late-file.ts';
import type {
  FileEntry,
  ServerMessage,
  ServerMessageOf,
  WarningCode,
} from '../../src-main/contract/server-messages.ts';
import type { LiveState } from './live-state.ts';
import type { LiveWarning, LiveWarningCode } from './live-warning.ts';
import type { RecordingState } from './recording-state.ts';

const NO_SOUND: ReadonlySet<WarningCode> = new Set<WarningCode>(['zeros', 'silence', 'no_data']);

/** A disk error ends the recording or moves it to the fallback folder. The message about that includes the error. */
const OF_DISK: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'DISK_FULL',
  'WRITE_FAILED',
  'FOLDER_UNWRITABLE',
]);

export interface EngineMessageDependencies {
  readonly state: LiveState<RecordingState>;
  readonly unacknowledgedFrames: () => number;
  readonly warn: (code: LiveWarningCode, about?: Partial<LiveWarning>) => void;
  /** The engine ended the recording by itself. */
  readonly onStopped: (message: ServerMessageOf<'recording_stopped'>) => void;
  readonly onLibraryChange: () => void;
  /** There is no sound: another microphone may be the right one now. */
  readonly onNoSound: () => void;
  readonly onDiskLow: () => void;
  /** Another page has the session now. */
  readonly onTakenOver: (error: WireError) => void;
}

/** Messages about files that were not ready when their recording ended. */
export function createLateMessageHandler({
  state,
  onLibraryChange,
}: Pick<EngineMessageDependencies, 'state' | 'onLibraryChange'>): (message: ServerMessage) => void {
  const settle = (path: string, file?: FileEntry): void => {
    state.change(({ saved }) => (saved === null ? {} : { saved: withLateFile(saved, path, file) }));
    onLibraryChange();
  };
  return (message) => {
    if (message.type === 'file_completed') settle(message.file.file_path, message.file);
    if (message.type === 'warning' && message.file_path !== undefined) settle(message.file_path);
  };
}

/** Turns the engine's messages about a running recording into what the screens show. */
export function createEngineMessageHandler(
  deps: EngineMessageDependencies,
): (message: ServerMessage) => void {
  const { state } = deps;

  const sinceSeconds = ({ lasted_seconds: lasted = 0 }: ServerMessageOf<'warning'>): number => {
    const { frames, sampleRate } = state.current;
    return Math.max(0, frames / sampleRate - lasted);
  };

  const endDiskProblem = (): void =>
    state.change(({ problem }) => (problem !== null && OF_DISK.has(problem.code) ? { problem: null } : {}));

  function onStopped(message: ServerMessageOf<'recording_stopped'>): void {
    deps.onLibraryChange();
    // The code that asked for the stop handles its answer.
    if (state.current.phase === 'stopping') return;
    if (message.reason === 'disk_full' || message.reason === 'write_failed') endDiskProblem();
    if (!message.continues) deps.onStopped(message);
  }

  return (message) => {
    switch (message.type) {
      case 'recording_started':
        state.change({ sessionId: message.session_id, part: message.part });
        if (message.part > 1) deps.warn('new_part', { subject: String(message.part) });
        return;
      case 'ack':
        return state.change(({ frames }) => ({
          framesOnDisk: Math.max(0, frames - deps.unacknowledgedFrames()),
        }));
      case 'marker_added':
        return state.change(({ lastMarker }) => ({
          lastMarker: {
            count: (lastMarker?.count ?? 0) + 1,
            atSeconds: message.position_seconds,
            label: message.label,
          },
        }));
      case 'warning':
        deps.warn(message.code, {
          atSeconds: sinceSeconds(message),
          ...(message.track === undefined ? {} : { track: message.track }),
        });
        if (message.code === 'relocated') endDiskProblem();
        if (message.code === 'disk_low') deps.onDiskLow();
        if (NO_SOUND.has(message.code)) deps.onNoSound();
        return;
      case 'error':
        // This is no problem: it announces the next part.
        if (message.code === 'TOTAL_SIZE_LIMIT' || message.code === 'DURATION_LIMIT') return;
        // The chunk is sent again. The backlog warns where audio waits.
        if (message.code === 'SLOW_CONSUMER') return;
        if (message.code === 'SESSION_IN_USE') return deps.onTakenOver(message);
        return state.change({ problem: { code: message.code, message: message.message } });
      case 'status':
        return state.change({ diskMinutesLeft: message.disk_minutes_left });
      case 'recording_stopped':
        return onStopped(message);
      case 'file_completed':
        return deps.onLibraryChange();
      case 'progress':
      case 'recording_paused':
      case 'recording_resumed':
      case 'turn_started':
      case 'turn_ended':
      case 'transcript_added':
      case 'processing_started':
      case 'processing_completed':
      case 'processing_failed':
        return;
    }
  };
}
