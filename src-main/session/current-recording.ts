import { fixedError } from '../contract/errors.ts';
import type { SessionState } from '../contract/server-messages.ts';
import type { Recording } from './recording.ts';

/** The session's current recording, if any: a session may have several, one after another. */
export interface CurrentRecording {
  readonly state: SessionState;
  /** Undefined before a start and after the end, which is when its files are final. */
  readonly recording: Recording | undefined;
  /** The recording that still accepts input. Throws NOT_RECORDING. */
  require(): Recording;
  begin(recording: Recording): void;
  end(): void;
}

export function createCurrentRecording(): CurrentRecording {
  let recording: Recording | undefined;
  let before: SessionState = 'idle';
  return {
    get state() {
      return recording?.phase ?? before;
    },
    get recording() {
      return recording;
    },
    require() {
      if (recording === undefined || recording.phase === 'finalising') throw fixedError('NOT_RECORDING');
      return recording;
    },
    begin(begun) {
      recording = begun;
    },
    end() {
      recording = undefined;
      before = 'done';
    },
  };
}
