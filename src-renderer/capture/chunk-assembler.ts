import type { GapCause } from '../../src-main/contract/capture-report.ts';

/** A stretch of audio for the page. The page owns the buffer once it gets it. */
export interface AssembledChunk {
  /** Interleaved signed 16-bit little-endian samples; exactly `frames` of them, nothing more. */
  readonly buffer: ArrayBuffer;
  readonly frames: number;
  /** Frames since `record` was first called, pauses left out. */
  readonly startFrame: number;
  /** When its last frame was captured, in wall-clock milliseconds. */
  readonly endedAtMs: number;
  /** Why frames before it are missing, where there are any. */
  readonly gapCause?: GapCause;
}

/** What one level window held, per channel, linear 0..1. */
export interface AssembledLevel {
  readonly peak: number[];
  readonly rms: number[];
  readonly clipped: boolean;
}

export interface ChunkAssemblerOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Frames in a full chunk. */
  readonly framesPerChunk: number;
  /** Frames of one level reading. */
  readonly framesPerLevel: number;
  readonly onChunk: (chunk: AssembledChunk) => void;
  readonly onLevel: (level: AssembledLevel) => void;
}

export interface ChunkAssembler {
  /**
   * Takes one quantum that began at `startedAtMs`; a missing channel counts as silence. Allocates only a new chunk's
   * buffer.
   */
  push(channelData: readonly Float32Array[], frames: number, startedAtMs: number): void;
  /** Skips lost frames that were to be recorded. The next chunk gives the cause. */
  skip(frames: number, cause: GapCause): void;
  /** Records frames from the next quantum on. The first call starts the count at 0. */
  record(): void;
  /** Drops frames until `record`. A chunk that had begun is completed after it. */
  hold(): void;
  /** Delivers the chunk that has begun, however short. */
  flush(): void;
}

/** Chunks are 16-bit PCM. */
export const BYTES_PER_SAMPLE = 2;

/** Frames in about 100 ms, below the 64 KiB that one message to another process carries inline. */
export function framesPerChunk(sampleRate: number, channels: number): number {
  const mostFrames = Math.floor(60_000 / (BYTES_PER_SAMPLE * channels));
  return Math.min(Math.round(sampleRate / 10), mostFrames);
}

export function createChunkAssembler(options: ChunkAssemblerOptions): ChunkAssembler {
  const { sampleRate, channels, framesPerChunk, framesPerLevel, onChunk, onLevel } = options;
  const peak = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let clipped = false;
  let levelFrames = 0;

  let recording = false;
  let samples: Int16Array<ArrayBuffer> | undefined;
  let filled = 0;
  let startFrame = 0;
  let endedAtMs = 0;
  let gapCause: GapCause | undefined;

  const flush = () => {
    if (samples === undefined || filled === 0) return;
    const whole = samples.buffer;
    const buffer = filled === framesPerChunk ? whole : whole.slice(0, filled * channels * BYTES_PER_SAMPLE);
    const gap = gapCause === undefined ? {} : { gapCause };
    const chunk = { buffer, frames: filled, startFrame, endedAtMs, ...gap };
    samples = undefined;
    gapCause = undefined;
    startFrame += filled;
    filled = 0;
    onChunk(chunk);
  };

  const finishLevel = () => {
    const rms = Array.from(squares, (sum) => Math.sqrt(sum / levelFrames));
    onLevel({ peak: Array.from(peak), rms, clipped });
    peak.fill(0);
    squares.fill(0);
    clipped = false;
    levelFrames = 0;
  };

  const pushFrame = (channelData: readonly Float32Array[], frame: number) => {
    for (let channel = 0; channel < channels; channel += 1) {
      const value = channelData[channel]?.[frame] ?? 0;
      // Chromium converts a device's int16 to floats with one factor above zero and another below. This is the
      // inverse.
      const scaled = Math.round(value * (value < 0 ? 32_768 : 32_767));
      const sample = scaled > 32_767 ? 32_767 : scaled < -32_768 ? -32_768 : scaled;
      if (sample === 32_767 || sample === -32_768) clipped = true;
      const magnitude = Math.min(1, Math.abs(value));
      if (magnitude > (peak[channel] ?? 0)) peak[channel] = magnitude;
      squares[channel] = (squares[channel] ?? 0) + magnitude * magnitude;
      if (recording && samples !== undefined) samples[filled * channels + channel] = sample;
    }
  };

  return {
    push(channelData, frames, startedAtMs) {
      for (let frame = 0; frame < frames; frame += 1) {
        if (recording) samples ??= new Int16Array(framesPerChunk * channels);
        pushFrame(channelData, frame);
        if (recording) {
          filled += 1;
          endedAtMs = startedAtMs + ((frame + 1) * 1000) / sampleRate;
          if (filled === framesPerChunk) flush();
        }
        if ((levelFrames += 1) === framesPerLevel) finishLevel();
      }
    },
    skip(frames, cause) {
      if (!recording || frames <= 0) return;
      flush();
      startFrame += frames;
      gapCause = cause;
    },
    record() {
      recording = true;
    },
    hold() {
      recording = false;
    },
    flush,
  };
}
