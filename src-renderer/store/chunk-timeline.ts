import type { CaptureChunk } from '../capture/capture.ts';

/**
 * Puts the chunks of one microphone after another on one recording's timeline. The time without a microphone
 * becomes a jump in frames, which the engine fills with silence, so later audio keeps its place.
 */
export function createChunkTimeline(sampleRate: number, now: () => number) {
  let base = { seq: 0, startFrame: 0 };
  let next = { seq: 0, startFrame: 0 };
  let lostAtMs: number | null = null;
  let missedMs = 0;
  let afterGap = false;

  function settle(): void {
    if (lostAtMs === null) return;
    missedMs += now() - lostAtMs;
    lostAtMs = null;
  }

  return {
    get frames() {
      return next.startFrame;
    },
    place(chunk: CaptureChunk): CaptureChunk {
      const placed: CaptureChunk = {
        ...chunk,
        seq: base.seq + chunk.seq,
        startFrame: base.startFrame + chunk.startFrame,
        ...(afterGap ? { gapCause: 'device_lost' } : {}),
      };
      afterGap = false;
      next = { seq: placed.seq + 1, startFrame: placed.startFrame + placed.frames };
      return placed;
    },
    /** Time without a microphone begins to count. */
    lose() {
      lostAtMs ??= now();
    },
    /** Time without a microphone no longer counts: the recording is paused. */
    pause: settle,
    /** A microphone is there that counts its chunks and frames from 0. */
    restore() {
      settle();
      base = { seq: next.seq, startFrame: next.startFrame + Math.round((missedMs / 1000) * sampleRate) };
      afterGap = missedMs > 0;
      missedMs = 0;
    },
  };
}
export type ChunkTimeline = ReturnType<typeof createChunkTimeline>;
