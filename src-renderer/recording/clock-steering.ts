import type { CaptureChunk } from '../capture/capture.ts';
import { BYTES_PER_SAMPLE } from '../capture/chunk-assembler.ts';
import { createVariableResampler, REACH_FRAMES } from '../capture/variable-resampler.ts';
import { createClockDrift } from './clock-drift.ts';

export interface ClockSteeringOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
}

/** Keeps the chunks of one capture in time with the clock of another. */
export interface ClockSteering {
  /**
   * Returns the chunk, stretched or shrunk if needed. Until the clocks are known to differ, it is the same chunk, bit
   * for bit.
   */
  steer(chunk: CaptureChunk): readonly CaptureChunk[];
  /**
   * Takes how far the end of the last chunk was ahead of the other clock, measured without any steering.
   * @param atMs when that end was captured
   */
  measure(aheadFrames: number, atMs: number): void;
  /** Says that the other clock is a different one from now on. */
  unsettle(): void;
  /** Returns the last frames of the capture, which were held back. */
  finish(): readonly CaptureChunk[];
  /** Frames put out, less frames taken in. */
  readonly addedFrames: number;
  /** The share by which the audio is stretched; 0 while nothing is changed. */
  readonly stretch: number;
}

/** An offset is corrected within this time. */
const MENDED_SECONDS = 15;
/** Half a cent: nobody hears such a change of pitch. */
const MOST_EXTRA_STRETCH = 3e-4;
const MOST_STRETCH = 1e-3;
/** The possible offset of a microphone that was opened again. */
const UNSETTLED_MS = 50;

export function createClockSteering({ sampleRate, channels }: ClockSteeringOptions): ClockSteering {
  const drift = createClockDrift();
  const resampler = createVariableResampler(channels);
  let isSteering = false;
  let stretch = 0;
  /** The expected start frame of the next chunk, and the one that it gets. */
  let nextIn = 0;
  let nextOut = 0;
  /** Frames held back by the resampler. */
  let held = 0;
  let endedAtMs = 0;

  /** Makes a chunk of samples, directly after the last one. */
  const put = (
    samples: Uint8Array,
    { endedAtMs: atMs, gapCause }: Pick<CaptureChunk, 'endedAtMs' | 'gapCause'>,
  ): CaptureChunk[] => {
    const frames = samples.byteLength / BYTES_PER_SAMPLE / channels;
    if (frames === 0) return [];
    const startFrame = nextOut;
    nextOut += frames;
    const gap = gapCause === undefined ? {} : { gapCause };
    return [{ samples, frames, startFrame, endedAtMs: atMs, ...gap }];
  };

  const flush = (): CaptureChunk[] => {
    held = 0;
    return isSteering ? put(asBytes(resampler.flush()), { endedAtMs }) : [];
  };

  const decide = (atMs: number): void => {
    isSteering ||= drift.isCertain;
    if (!isSteering) return;
    const added = ((nextOut + held - nextIn) / sampleRate) * 1000;
    const missingMs = -drift.aheadMs(atMs) - added;
    const extra = clamp(missingMs / 1000 / MENDED_SECONDS, MOST_EXTRA_STRETCH);
    stretch = clamp(extra - drift.rate, MOST_STRETCH);
  };

  return {
    steer(chunk) {
      const missing = chunk.startFrame - nextIn;
      const before = missing > 0 ? flush() : [];
      if (missing > 0) nextOut += missing;
      nextIn += Math.max(0, missing);
      ({ endedAtMs } = chunk);
      decide(endedAtMs);
      nextIn += chunk.frames;
      if (!isSteering) return put(chunk.samples, chunk);
      const output = resampler.process(asInt16(chunk.samples), 1 / (1 + stretch));
      held = REACH_FRAMES;
      const outputMs = endedAtMs - (held / sampleRate) * 1000;
      return [...before, ...put(asBytes(output), { ...chunk, endedAtMs: outputMs })];
    },
    measure: (aheadFrames, atMs) => drift.measure((aheadFrames / sampleRate) * 1000, atMs),
    unsettle: () => drift.unsettle(UNSETTLED_MS),
    finish: flush,
    get addedFrames() {
      return nextOut + held - nextIn;
    },
    get stretch() {
      return stretch;
    },
  };
}

function asBytes({ buffer }: Int16Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer);
}

function asInt16({ buffer, byteOffset, byteLength }: Uint8Array): Int16Array {
  return new Int16Array(buffer, byteOffset, byteLength / BYTES_PER_SAMPLE);
}

function clamp(value: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, value));
}
