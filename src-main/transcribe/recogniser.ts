import type { OnSkipped, TimedText } from './formats/timed-text.ts';

/** Speech for a recogniser: one voice track, or pieces of one, short enough to be held in memory. */
export interface SpeechPiece {
  /** One channel of signed 16-bit little-endian samples. */
  readonly pcm: Uint8Array;
  /** Frames a second; 16,000, which every recogniser accepts, unless there is a reason for another rate. */
  readonly sampleRate: number;
}

export interface RecogniseOptions {
  /** When it is aborted, the work ends at once, programs are gone, and the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Called with the progress, 0 to 1, by recognisers that know it. */
  readonly onProgress: (fraction: number) => void;
}

/** Turns speech into text. Several calls may run at once. */
export interface Recogniser {
  /** False where its text never has times: the caller must then send each turn as a piece of its own. */
  readonly givesTimes: boolean;
  /**
   * Text with its times within the piece, in order. Rejects with RECOGNISER_NOT_SET, RECOGNISER_UNAVAILABLE or
   * RECOGNISER_FAILED; failures.ts decides whether and when another attempt makes sense.
   */
  recognise(piece: SpeechPiece, options: RecogniseOptions): Promise<readonly TimedText[]>;
}

/** Audio in the form sent to a server. */
export interface Upload {
  readonly bytes: Uint8Array;
  /** With an extension that tells servers the format. */
  readonly fileName: string;
  readonly contentType: string;
}

/** The functions that a recogniser gets from its caller. */
export interface RecogniserTools {
  /** An existing folder of its own, for files of one piece. */
  readonly workDir: string;
  /** A whole WAV file. */
  readonly wavOf: (piece: SpeechPiece) => Uint8Array;
  /** Compressed audio, for a slow line; undefined where there is no encoder for it. Rejects where it fails. */
  readonly compress: ((piece: SpeechPiece, signal: AbortSignal) => Promise<Upload>) | undefined;
  /** For servers. */
  readonly apiKey: string | undefined;
  /**
   * Called with every program that is started, so that it can be found if this process dies; with undefined once it is
   * gone.
   */
  readonly onProgram: (pid: number | undefined) => void;
  /** Called for each piece of an answer that could not be understood and is skipped. */
  readonly onSkipped?: OnSkipped | undefined;
  /** Resolves after so long, or rejects with the signal's reason. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly wallMs: () => number;
}

export function pieceSeconds({ pcm, sampleRate }: SpeechPiece): number {
  return pcm.byteLength / 2 / sampleRate;
}
