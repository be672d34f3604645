import type { AssembledChunk, AssembledLevel } from './chunk-assembler.ts';

/** What a recording asks of the thread that assembles its chunks. */
export interface AssemblyOptions {
  /** Frames a second of what comes out. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly framesPerChunk: number;
  readonly framesPerLevel: number;
}

/** What an audio context hands the worklet of any device; the assembly makes the recording's channels of it. */
export const WORKLET_INPUT_CHANNELS = 2;

/** What is to be done with audio from now on. `finish` is answered with `finished` after the last chunk. */
export type AssemblyCommand = 'record' | 'hold' | 'finish';

/** A command as the page sends it to the assembling thread. */
export interface TimedCommand {
  readonly command: AssemblyCommand;
  /** When it was given, in milliseconds of the clock on the wall. */
  readonly atWallMs: number;
}

/** What the assembling thread tells the page. A chunk's buffer is transferred. */
export type AssemblyReport =
  | ({ readonly type: 'chunk' } & AssembledChunk)
  | ({ readonly type: 'level' } & AssembledLevel)
  | { readonly type: 'finished' };

/** A running source of chunks and levels. */
export interface FrameSource {
  command(command: TimedCommand): void;
  /** Lets the thread go. The track is the caller's. */
  close(): Promise<void>;
}

export interface FrameSourceOptions extends AssemblyOptions {
  readonly track: MediaStreamTrack;
  readonly onReport: (report: AssemblyReport) => void;
  /** The system holds the audio up, or lets it go on. */
  readonly onSuspended: (suspended: boolean) => void;
}
