import type { OnSkipped, TimedText } from './formats/timed-text.ts';

/** Speech for a recogniser: one voice track, or pieces of one, short enough to be held in memory. */
export interface SpeechPiece {
  /** One channel of signed 16-bit little-endian samples. */
  readonly pcm: Uint8Array;
  /** Frames a second; 16,000, which every recogniser takes, unless there is a reason. */
  readonly sampleRate: number;
}

export interface RecogniseOptions {
  /** Aborted, the work ends at once, programs are gone, and the promise rejects with the signal's reason. */
  readonly signal: AbortSignal;
  /** Told how much is done, 0 to 1, by those that know. */
  readonly onProgress: (fraction: number) => void;
}

/** Turns speech into text. May be asked for several pieces at once. */
export interface Recogniser {
  /** False where its text never has times: what is said by whom must then be asked for piece by piece. */
  readonly tellsTimes: boolean;
  /**
   * Text with its times in the piece, in order, none of it outside. Rejects with RECOGNISER_NOT_SET, RECOGNISER_UNAVAILABLE or
   * RECOGNISER_FAILED; failures.ts tells whether and when another try makes sense.
   */
  recognise(piece: SpeechPiece, options: RecogniseOptions): Promise<readonly TimedText[]>;
}

/** Audio as it is sent to a server. */
export interface Upload {
  readonly bytes: Uint8Array;
  /** With the extension by which servers know the format. */
  readonly fileName: string;
  readonly contentType: string;
}

/** What a recogniser needs of the world around it. */
export interface RecogniserTools {
  /** A folder of its own for files that do not outlive a piece; it exists. */
  readonly workDir: string;
  /** A whole WAV file. */
  readonly wavOf: (piece: SpeechPiece) => Uint8Array;
  /** The same in much less, for a slow line; undefined where there is no encoder for it. Rejects where it fails. */
  readonly compress: ((piece: SpeechPiece, signal: AbortSignal) => Promise<Upload>) | undefined;
  /** For servers. */
  readonly apiKey: string | undefined;
  /** Told of every program that is started, so that it can be found if this process dies; undefined once it is gone. */
  readonly onProgram: (pid: number | undefined) => void;
  /** Told of each piece of an answer that could not be understood, and is left out. */
  readonly onSkipped?: OnSkipped | undefined;
  /** Resolves after so long, or rejects with the signal's reason. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly wallMs: () => number;
}

export function pieceSeconds({ pcm, sampleRate }: SpeechPiece): number {
  return pcm.byteLength / 2 / sampleRate;
}
