import type { GapCause } from '../../src-main/contract/capture-report.ts';
import type { CaptureChunk } from '../capture/capture.ts';

/** Where the first chunk is awaited. */
export interface TimelineStart {
  readonly seq: number;
  readonly frame: number;
  /** Frames the engine has: what lies between them and `frame` is missing already. */
  readonly heldFrames: number;
  /** When `frame` is or was, in milliseconds of the clock on the wall; absent where time does not count yet. */
  readonly atMs?: number;
  /** Why frames before the first chunk are missing. */
  readonly cause: GapCause;
  /** A first chunk that is late by less begins the recording, and nothing is missing. */
  readonly unnoticedMs?: number;
}

export interface ChunkTimelineOptions {
  /** Frames a second. */
  readonly sampleRate: number;
  readonly start: TimelineStart;
  /** Milliseconds of the clock on the wall. */
  readonly now: () => number;
  /** Milliseconds for which the computer is known to have slept since any fixed moment. */
  readonly asleepMs: () => number;
}

/** More sleep than this between two captures, and it was sleep that came between them. */
const SHORTEST_SLEEP_MS = 1000;

/**
 * Puts the chunks of one microphone after another on one recording's timeline. The time without a microphone
 * becomes a jump in frames, which the engine fills with silence, so later audio keeps its place.
 */
export function createChunkTimeline({ sampleRate, start, now, asleepMs }: ChunkTimelineOptions) {
  let next = { seq: start.seq, frame: start.frame };
  let base = next;
  let { heldFrames } = start;
  /** When `next` was, pauses since then left out. */
  let nextAtMs = start.atMs;
  let unnoticedMs = start.unnoticedMs ?? 0;
  let pausedSinceMs: number | undefined;
  let asleepBeforeMs = asleepMs();
  let fresh: GapCause | undefined = start.cause;

  /** Places the first chunk of another capture by the clock. */
  function join(chunk: CaptureChunk, cause: GapCause): GapCause {
    const startedAtMs = chunk.endedAtMs - (chunk.frames / sampleRate) * 1000;
    const lateMs = nextAtMs === undefined ? 0 : startedAtMs - nextAtMs;
    const missingMs = lateMs <= unnoticedMs ? 0 : lateMs;
    unnoticedMs = 0;
    const missingFrames = Math.round((missingMs / 1000) * sampleRate);
    base = { seq: next.seq - chunk.seq, frame: next.frame + missingFrames - chunk.startFrame };
    const slept = asleepMs() - asleepBeforeMs >= SHORTEST_SLEEP_MS;
    return slept && (cause === 'device_lost' || cause === 'device_switched') ? 'suspended' : cause;
  }

  return {
    /** Frames of the recording so far, what is missing included. */
    get frames() {
      return heldFrames;
    },
    place(chunk: CaptureChunk): CaptureChunk {
      const joinCause = fresh === undefined ? undefined : join(chunk, fresh);
      fresh = undefined;
      asleepBeforeMs = asleepMs();
      nextAtMs = chunk.endedAtMs;
      const seq = base.seq + chunk.seq;
      const startFrame = base.frame + chunk.startFrame;
      const gapCause = startFrame > heldFrames ? (joinCause ?? chunk.gapCause) : undefined;
      next = { seq: seq + 1, frame: startFrame + chunk.frames };
      heldFrames = next.frame;
      const { samples, frames, endedAtMs } = chunk;
      return {
        samples,
        frames,
        endedAtMs,
        seq,
        startFrame,
        ...(gapCause === undefined ? {} : { gapCause }),
      };
    },
    /** When the end of the last chunk was captured; nothing before there was one. */
    get anchor() {
      return nextAtMs === undefined || fresh !== undefined
        ? undefined
        : { frame: next.frame, atMs: nextAtMs };
    },
    /** Time no longer counts. */
    pause() {
      pausedSinceMs ??= now();
    },
    /** Time counts again. */
    resume() {
      if (pausedSinceMs !== undefined && nextAtMs !== undefined)
        nextAtMs += now() - Math.max(pausedSinceMs, nextAtMs);
      pausedSinceMs = undefined;
    },
    /** The next chunk comes from another capture, which counts its own from 0. Why is known better later on. */
    interrupt(cause: GapCause) {
      if (fresh === 'device_lost' && cause === 'permission_lost') fresh = cause;
      fresh ??= cause;
    },
  };
}
export type ChunkTimeline = ReturnType<typeof createChunkTimeline>;
