import type { EncoderInfo } from '../contract/app-info.ts';
import type { ExportFormat } from '../contract/audio-format.ts';

/** The shape of the PCM an encoder is fed: interleaved signed 16-bit little-endian. */
export interface PcmShape {
  /** Frames a second. */
  readonly sampleRate: number;
  /** 1 or 2. */
  readonly channels: number;
}

export interface LiveJob extends PcmShape {
  readonly format: 'mp4' | 'mp3';
  /** Where the growing file goes; playable up to well under a second before the last write, whatever is killed. */
  readonly partialPath: string;
  /** Where the finished file goes: complete, faststart, replaced only by a whole file. */
  readonly finalPath: string;
  /** Bits a second for MP3; absent means the format's own default. */
  readonly mp3BitRate?: number;
}

/** A moment to write as a chapter. */
export interface Chapter {
  readonly seconds: number;
  readonly label: string;
}

/** An encoder that runs while recording. It may fail at any time without harm: the master is the fallback. */
export interface LiveEncoder {
  /** Takes PCM in order and returns at once. The bytes are not kept after the call. Ignored after a failure. */
  write(pcm: Uint8Array): void;
  /** PCM that it has not taken yet; a writer faster than real time waits for it to shrink. */
  readonly queuedBytes: number;
  /** Why it can no longer deliver: died, refused to start, or fell further behind than its bounded queue. */
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
   * Encodes a whole master. Writes beside `finalPath` and renames once verified. Rejects with DISK_FULL, before anything is
   * written, where there is too little room for it; called off, it rejects once nothing runs and nothing is left.
   */
  encodeFile(job: FileJob): Promise<void>;
  /** Ends every child process still running. */
  close(): Promise<void>;
}
