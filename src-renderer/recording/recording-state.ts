import type { DeliveryFormat, Side } from '../../src-main/contract/audio-format.ts';
import type { CaptureReport } from '../../src-main/contract/capture-report.ts';
import type { WireError } from '../../src-main/contract/errors.ts';
import type { ServerMessageOf } from '../../src-main/contract/server-messages.ts';
import type { HeldAudio } from '../session/held-audio.ts';
import type { LiveWarning } from './live-warning.ts';

/** `rejoining`: this page is taking over a recording that an earlier page began. */
export type RecordingPhase = 'idle' | 'starting' | 'rejoining' | 'recording' | 'paused' | 'stopping';

/** A recording that has ended, from the engine's message or the library. */
export type SavedRecording = Pick<
  ServerMessageOf<'recording_stopped'>,
  'session_id' | 'duration_seconds' | 'files' | 'pending' | 'reason'
> & { readonly report?: CaptureReport | undefined };

/** Audio of one recording that a lost engine never wrote. */
export interface RescuedAudio {
  /** The first part of the files' names. */
  readonly stem: string;
  readonly held: readonly HeldAudio[];
}

export interface RecordingState {
  readonly phase: RecordingPhase;
  /** Of the session being recorded, once the engine has answered. */
  readonly sessionId: string | null;
  readonly part: number;
  readonly format: DeliveryFormat;
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** The recorded sides, with the present or last device of each. */
  readonly tracks: readonly Side[];
  readonly labels: Readonly<Partial<Record<Side, string>>>;
  /** Captured so far: the recording's own time. */
  readonly frames: number;
  /** How many of these frames are in the file, as the engine says. */
  readonly framesOnDisk: number;
  readonly connection: 'connected' | 'reconnecting' | 'lost';
  readonly warning: LiveWarning | null;
  readonly lastMarker: { readonly count: number; readonly atSeconds: number; readonly label: string } | null;
  /** Minutes until the disk is full; null where that is not known. */
  readonly diskMinutesLeft: number | null;
  /** How many recordings other windows make. */
  readonly elsewhere: number;
  /** The recording just finished, until the next one starts. */
  readonly saved: SavedRecording | null;
  readonly problem: WireError | null;
  /** Kept, also over further recordings, until the user discards it. */
  readonly rescued: RescuedAudio | null;
}

export const IDLE: RecordingState = {
  phase: 'idle',
  sessionId: null,
  part: 1,
  format: 'wav',
  sampleRate: 16_000,
  channels: 1,
  tracks: ['user'],
  labels: {},
  frames: 0,
  framesOnDisk: 0,
  connection: 'connected',
  warning: null,
  lastMarker: null,
  diskMinutesLeft: null,
  elsewhere: 0,
  saved: null,
  problem: null,
  rescued: null,
};

export function isActive(phase: RecordingPhase): boolean {
  return phase !== 'idle';
}

/** There is a recording that can be paused, marked and stopped. */
export function isRunning(phase: RecordingPhase): boolean {
  return phase === 'recording' || phase === 'paused';
}
