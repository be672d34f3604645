import type { EncoderInfo } from '../contract/app-info.ts';
import type { ExportFormat } from '../contract/audio-format.ts';

/** The shape of an encoder's input: interleaved signed 16-bit little-endian PCM. */
export interface PcmShape {
  /** Frames a second. */
  readonly sampleRate: number;
  /** 1 or 2. */
  readonly channels: number;
}

export interface LiveJob extends PcmShape {
  readonly format: 'mp4' | 'mp3';
  /** Path of the growing file. After any kill it is playable up to well under a second before the last write. */
  readonly partialPath: string;
  /** Path of the finished file: complete, faststart, and only ever replaced by a complete file. */
  readonly finalPath: string;
  /** Bits a second for MP3; absent means the format's own default. */
  readonly mp3BitRate?: number;
}

/** A moment to write as a chapter. */
export interface Chapter {
  readonly seconds: number;
  readonly label: string;
}

/**
 * An encoder that runs while recording. It may fail at any time without harm: the copy is then made from the master.
 */
export interface LiveEncoder {
  /** Takes PCM in order and returns at once. The bytes are not kept after the call. Ignored after a failure. */
  write(pcm: Uint8Array): void;
  /** PCM that is still queued; a writer faster than real time waits until it is less. */
  readonly queuedBytes: number;
  /** Why it cannot deliver any more: it died, did not start, or filled its bounded queue. */
  readonly failure: Error | undefined;
  /**
   * Ends the input and leaves the finished file at `finalPath`, the partial one removed, with `chapters` in it.
   * Rejects on failure.
   */
  finish(chapters?: readonly Chapter[]): Promise<void>;
  /** Stops at once and removes what it wrote. */
  abort(): Promise<void>;
}

export interface FileJob {
  readonly format: ExportFormat;
  /** A 16-bit PCM WAV. */
  readonly masterPath: string;
  readonly finalPath: string;
  /** Linear, 1 to 4, clamped to int16. */
  readonly gain: number;
  readonly mp3BitRate?: number;
  /** Written into MP4, MP3, FLAC and Opus; a WAV keeps the cue points of its master. */
  readonly chapters?: readonly Chapter[];
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

export interface Encoder {
  readonly info: EncoderInfo;
  startLive(job: LiveJob): LiveEncoder;
  /**
   * Encodes a whole master. Writes beside `finalPath`, verifies, and renames. Rejects with DISK_FULL, before anything
   * is written, where there is too little room. When aborted, it rejects once nothing runs and no file is left.
   */
  encodeFile(job: FileJob): Promise<void>;
  /** Ends every child process still running. */
  close(): Promise<void>;
}
