import type { Track } from '../../src-main/contract/audio-format.ts';
import type { LevelReading } from '../capture/capture.ts';
import type { LiveState } from './live-state.ts';
import { createWarningList, type LiveWarning, type LiveWarningCode } from './live-warning.ts';
import type { RecordingState } from './recording-state.ts';

/** The warnings of the running recording. The most important one is shown. */
export interface RecordingWarnings {
  add(code: LiveWarningCode, about?: Partial<LiveWarning>): void;
  /** Ends these warnings for all tracks. */
  end(...codes: readonly LiveWarningCode[]): void;
  /** Ends these warnings for one track. */
  endOf(track: Track, ...codes: readonly LiveWarningCode[]): void;
  find(code: LiveWarningCode): LiveWarning | undefined;
  noteChunk(track: Track): void;
  noteLevel(track: Track, level: LevelReading): void;
  /** Begins a new recording, without warnings. */
  clear(): void;
}

export function createRecordingWarnings(state: LiveState<RecordingState>): RecordingWarnings {
  let list = createWarningList();

  /** Changes the list, and shows the result. */
  const changing =
    <Args extends readonly unknown[]>(change: (...args: Args) => void) =>
    (...args: Args): void => {
      change(...args);
      if (state.current.warning !== list.current) state.change({ warning: list.current });
    };

  return {
    add: changing((code: LiveWarningCode, about: Partial<LiveWarning> = {}) => {
      const { frames, sampleRate } = state.current;
      list.add({ code, atSeconds: frames / sampleRate, ...about });
    }),
    end: changing((...codes: readonly LiveWarningCode[]) => list.end(...codes)),
    endOf: changing((track: Track, ...codes: readonly LiveWarningCode[]) => list.endOf(track, ...codes)),
    find: (code) => list.find(code),
    noteChunk: changing((track: Track) => list.noteChunk(track)),
    noteLevel: changing((track: Track, level: LevelReading) => list.noteLevel(track, level)),
    clear: changing(() => {
      list = createWarningList();
    }),
  };
}
