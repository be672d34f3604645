import type { AssembledChunk, AssembledLevel } from './chunk-assembler.ts';

/** What a recording asks of the thread that assembles its chunks. */
export interface AssemblyOptions {
  /** Frames a second of what comes out. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  readonly framesPerChunk: number;
  readonly framesPerLevel: number;
}

/** What the page tells the assembling thread. `finish` is answered with `finished` after the last chunk. */
export type AssemblyCommand = 'record' | 'hold' | 'finish';

/** What the assembling thread tells the page. A chunk's buffer is transferred. */
export type AssemblyReport =
  | ({ readonly type: 'chunk' } & AssembledChunk)
  | ({ readonly type: 'level' } & AssembledLevel)
  | { readonly type: 'finished' };

/** A running source of chunks and levels. */
export interface FrameSource {
  command(command: AssemblyCommand): void;
  /** Lets the thread go. The track is the caller's. */
  close(): Promise<void>;
}

export interface FrameSourceOptions extends AssemblyOptions {
  readonly track: MediaStreamTrack;
  readonly onReport: (report: AssemblyReport) => void;
  /** The system holds the audio up, or lets it go on. */
  readonly onSuspended: (suspended: boolean) => void;
}
