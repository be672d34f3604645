import type { DeliveryFormat } from '../../src-main/contract/audio-format.ts';
import type { WireError } from '../../src-main/contract/errors.ts';
import type { ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { LiveWarning } from './live-warning.ts';

export type RecordingPhase = 'idle' | 'starting' | 'recording' | 'paused' | 'stopping';

export interface RecordingState {
  readonly phase: RecordingPhase;
  /** Of the session being recorded, once the engine has answered. */
  readonly sessionId: string | null;
  readonly part: number;
  readonly format: DeliveryFormat;
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly microphoneLabel: string;
  /** Captured so far: the recording's own time. */
  readonly frames: number;
  /** Of those, how many the engine says are in the file. */
  readonly framesOnDisk: number;
  readonly connection: 'connected' | 'reconnecting' | 'lost';
  readonly warning: LiveWarning | null;
  readonly lastMarker: { readonly count: number; readonly atSeconds: number; readonly label: string } | null;
  /** The recording just finished, until the next one starts. */
  readonly saved: ServerMessageOf<'recording_stopped'> | null;
  readonly problem: WireError | null;
}

export const IDLE: RecordingState = {
  phase: 'idle',
  sessionId: null,
  part: 1,
  format: 'wav',
  sampleRate: 16_000,
  channels: 1,
  microphoneLabel: '',
  frames: 0,
  framesOnDisk: 0,
  connection: 'connected',
  warning: null,
  lastMarker: null,
  saved: null,
  problem: null,
};

export function isActive(phase: RecordingPhase): boolean {
  return phase !== 'idle';
}
