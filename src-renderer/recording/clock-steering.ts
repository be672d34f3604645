import type { CaptureChunk } from '../capture/capture.ts';
import { BYTES_PER_SAMPLE } from '../capture/chunk-assembler.ts';
import { createVariableResampler, REACH_FRAMES } from '../capture/variable-resampler.ts';
import { createClockDrift } from './clock-drift.ts';

export interface ClockSteeringOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
}

/** Keeps the chunks of one capture on the clock of another. */
export interface ClockSteering {
  /** Takes a chunk, and gives what it becomes: itself, bit for bit, as long as the clocks are not known to differ. */
  steer(chunk: CaptureChunk): readonly CaptureChunk[];
  /**
   * Takes how far the end of the chunk last taken was ahead of the other clock, had nothing been steered.
   * @param atMs when that end was captured.
   */
  measure(aheadFrames: number, atMs: number): void;
  /** The other clock is another one from now on. */
  unsettle(): void;
  /** The last of the capture, held back until now. */
  finish(): readonly CaptureChunk[];
  /** How many more frames have come out than went in. */
  readonly addedFrames: number;
  /** The share by which what goes in is stretched; 0 while nothing is touched. */
  readonly stretch: number;
}

/** What is out of place is back in so many seconds. */
const MENDED_SECONDS = 15;
/** Nobody hears a pitch that is wrong by so much: half a cent. */
const MOST_EXTRA_STRETCH = 3e-4;
const MOST_STRETCH = 1e-3;
/** What a microphone taken up anew may be out of place by. */
const UNSETTLED_MS = 50;

export function createClockSteering({ sampleRate, channels }: ClockSteeringOptions): ClockSteering {
  const drift = createClockDrift();
  const resampler = createVariableResampler(channels);
  let isSteering = false;
  let stretch = 0;
  /** Where the next chunk is awaited, and where it is put. */
  let nextIn = 0;
  let nextOut = 0;
  /** Frames held back by the resampler. */
  let held = 0;
  let endedAtMs = 0;

  /** Puts samples where the next ones are due. */
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
