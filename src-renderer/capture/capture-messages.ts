import type { AssembledChunk, AssembledLevel } from './chunk-assembler.ts';

/** The settings of the thread that assembles chunks. */
export interface AssemblyOptions {
  /** Frames a second of the output. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly framesPerChunk: number;
  readonly framesPerLevel: number;
}

/**
 * Channels between an audio context and the worklet, for any device. The assembly makes the recording's channels of
 * them.
 */
export const WORKLET_INPUT_CHANNELS = 2;

/** What to do with audio from now on. The answer to `finish` is `finished`, after the last chunk. */
export type AssemblyCommand = 'record' | 'hold' | 'finish';

/** A command as the page sends it to the assembling thread. */
export interface TimedCommand {
  readonly command: AssemblyCommand;
  /** When the command was given, in wall-clock milliseconds. */
  readonly atWallMs: number;
}

/** Messages of the assembling thread to the page. A chunk's buffer is transferred. */
export type AssemblyReport =
  | ({ readonly type: 'chunk' } & AssembledChunk)
  | ({ readonly type: 'level' } & AssembledLevel)
  | { readonly type: 'finished' };

/** A running source of chunks and levels. */
export interface FrameSource {
  command(command: TimedCommand): void;
  /** Releases the thread. The caller keeps the track. */
  close(): Promise<void>;
}

export interface FrameSourceOptions extends AssemblyOptions {
  readonly track: MediaStreamTrack;
  readonly onReport: (report: AssemblyReport) => void;
  /** The system interrupts the audio, or lets it go on. */
  readonly onSuspended: (suspended: boolean) => void;
}
