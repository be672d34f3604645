import type { Fault, FaultCode, FileKind } from '../contract/repair.ts';

export type { Fault, FaultCode, FileKind };

/** A stretch of the damaged file, as it is or converted to signed 16-bit little-endian samples. */
export interface KeptPiece {
  readonly offset: number;
  readonly length: number;
  readonly convert?: 'mulaw' | 'swap16';
}

/** The pieces of a repaired file, in order. */
export type Piece = { readonly bytes: Uint8Array } | KeptPiece;

export type Cure =
  | { readonly kind: 'rewrite'; readonly pieces: readonly Piece[] }
  /** ffmpeg copies the packets into a new file of the same kind. */
  | {
      readonly kind: 'remux';
      readonly container: 'mp4' | 'webm' | 'ogg' | 'mp3';
      /** Where the last whole packet ends, for containers from which ffmpeg cannot see it. */
      readonly endOffset?: number;
    };

/** A detector's result. No faults: the file is healthy. Faults without a cure: `reason` says why there is none. */
export interface Finding {
  readonly kind: FileKind;
  readonly faults: readonly Fault[];
  /** What a repair would do, in words. */
  readonly action?: string;
  readonly cure?: Cure;
  readonly reason?: string;
  /** True where the same bytes sound different afterwards: decoded in another way, or at another rate. */
  readonly samplesChange?: boolean;
  /** The sound of a repaired WAV, known before it is written. */
  readonly sound?: WavSound;
  /** True where rate and channels were assumed. */
  readonly assumed?: boolean;
}

/** The sound that a WAV will hold. */
export interface WavSound {
  readonly sampleRate: number;
  readonly channels: number;
  readonly seconds: number;
}

/** The user's facts about files that do not say them, or say them wrongly. */
export interface RepairHints {
  readonly sampleRate?: number;
  readonly channels?: number;
  /** True where the user named the file, not only its folder: then `sampleRate` also overrules its header. */
  readonly named?: boolean;
}

export function pieceBytes(piece: Piece): number {
  if ('bytes' in piece) return piece.bytes.length;
  return piece.convert === 'mulaw' ? piece.length * 2 : piece.length;
}

/** How the caller follows and cancels a long repair. */
export interface RepairControl {
  readonly signal?: AbortSignal;
  /** Called with the share that is done, 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}
