import type { GapCause } from '../contract/capture-report.ts';
import { createChunkOrder, type InOrder } from './chunk-order.ts';

/** A chunk on arrival. `seq` and `startFrame` are absent where the sender does not count. */
export interface TimelineChunk {
  readonly seq?: number | undefined;
  readonly startFrame?: number | undefined;
  /** The clock's position at its arrival, in frames, where chunks without a start frame are placed by the clock. */
  readonly clockFrame?: number | undefined;
  readonly frames: number;
  readonly pcm: Uint8Array;
  /** Why frames before it are missing, where the sender knows. */
  readonly gapCause?: GapCause | undefined;
}

/** The next content of the file: audio, or silence where no audio came. */
export type Placement =
  | { readonly kind: 'audio'; readonly pcm: Uint8Array; readonly frames: number }
  | { readonly kind: 'silence'; readonly frames: number; readonly cause: GapCause }
  /** A hole too long to be filled: it is listed, and later audio comes directly after. */
  | { readonly kind: 'jump'; readonly frames: number; readonly cause: GapCause };

/** Missing chunks in one place that are assumed to have their sender's usual length, at most. */
const MAX_GUESSED_CHUNKS = 1024;

export interface TimelineOptions {
  /** How far a filled hole may reach, in frames since the beginning. */
  readonly reach?: () => number;
  /** Where the clock is ahead of a track by more frames than this, it places the next chunk. */
  readonly clockTolerance?: number;
}

export interface Timeline {
  /**
   * Takes a chunk and returns what can now be written, in order. Time is the engine's monotonic clock.
   * @throws INVALID_CHUNK where its number is too far back for a repetition.
   */
  accept(chunk: TimelineChunk, nowMs?: number): readonly Placement[];
  /**
   * A chunk with this number was refused; nothing waits for it any more.
   * @param frames its length, where known.
   */
  refuse(seq: number, frames: number | undefined): readonly Placement[];
  /** Places what has waited for an earlier chunk long enough. */
  tick(nowMs: number): readonly Placement[];
  /** Stops waiting: places what is buffered, with silence for missing audio. */
  flush(): readonly Placement[];
  /**
   * Continues no earlier than at `frame`. Where the sender then counts from further back, its audio is appended
   * regardless of its count: nothing is dropped.
   */
  moveTo(frame: number): void;
  /** Skips a stretch, as during a pause: its chunks are no longer expected. */
  skip(seq: number): void;
  /** Frames of silence that would come before a chunk without a count that arrives at this clock position. */
  silenceBefore(clockFrame: number | undefined): number;
  /** The number of the chunk that continues the track, not wrapped at 2^32. */
  readonly nextSeq: number;
  /** Frames placed so far, silence included. */
  readonly nextFrame: number;
  /** The same position by the sender's count, which includes the holes that were not filled. */
  readonly senderFrame: number;
  readonly duplicated: number;
  readonly late: number;
  /** Bytes in the buffer. */
  readonly bufferedBytes: number;
  /** Frames in the buffer. */
  readonly bufferedFrames: number;
  /** Since when something is buffered; Infinity where nothing is. */
  readonly bufferedSinceMs: number;
}

/**
 * Places one track's chunks. It waits a moment for late ones, drops repeated ones, and replaces missing ones by silence
 * of the exact length, so that time never shifts.
 * @param frameBytes bytes of one frame of the chunks' PCM.
 * @param longestFill the longest silence in one place, in frames.
 */
export function createTimeline(
  frameBytes: number,
  longestFill: number,
  { reach = () => Infinity, clockTolerance = 0 }: TimelineOptions = {},
): Timeline {
  const order = createChunkOrder<TimelineChunk & { seq: number }>();
  let nextFrame = 0;
  let overlapped = 0;
  let usualFrames = 0;
  /** Frames of the chunks that are missing before the next one. */
  let missingFrames = 0;
  /** By how much the sender's count of frames is ahead of ours. */
  let offset = 0;
  let moved = false;

  const isFilled = (frames: number): boolean => frames <= longestFill && nextFrame + frames <= reach();

  const fill = (frames: number, cause: GapCause): Placement[] => {
    if (frames <= 0) return [];
    if (!isFilled(frames)) {
      offset += frames;
      return [{ kind: 'jump', frames, cause }];
    }
    nextFrame += frames;
    return [{ kind: 'silence', frames, cause }];
  };

  /** How far a chunk lies after the placed audio; below zero where they overlap. */
  const framesAhead = (startFrame: number): number => {
    if (moved) offset = Math.min(offset, startFrame - nextFrame);
    moved = false;
    return startFrame - offset - nextFrame;
  };

  /** By how much the clock is past the track's end, where that is enough to count; else 0. */
  const lateFrames = (clockFrame: number | undefined): number => {
    const late = (clockFrame ?? 0) - nextFrame - offset;
    return late > clockTolerance ? late : 0;
  };

  /** Without frame counts, the length of missing chunks is used, and then the clock. */
  const fillBefore = ({ clockFrame, gapCause = 'missing_chunks' }: TimelineChunk): Placement[] => {
    const missing = fill(Math.min(missingFrames, longestFill), gapCause);
    return [...missing, ...fill(lateFrames(clockFrame), 'no_data')];
  };

  const place = (chunk: TimelineChunk): Placement[] => {
    const { startFrame, gapCause = 'missing_chunks' } = chunk;
    const ahead = startFrame === undefined ? 0 : framesAhead(startFrame);
    const placements = startFrame === undefined ? fillBefore(chunk) : fill(ahead, gapCause);
    missingFrames = 0;
    const overlap = Math.min(Math.max(0, -ahead), chunk.frames);
    if (overlap === chunk.frames) {
      overlapped++;
      return placements;
    }
    const frames = chunk.frames - overlap;
    placements.push({ kind: 'audio', pcm: chunk.pcm.subarray(overlap * frameBytes), frames });
    nextFrame += frames;
    usualFrames = chunk.frames;
    return placements;
  };

  const placeAll = (items: readonly InOrder<TimelineChunk>[]): Placement[] =>
    items.flatMap((item) => {
      if (item.kind === 'chunk') return place(item.chunk);
      missingFrames += item.frames ?? Math.min(item.chunks, MAX_GUESSED_CHUNKS) * usualFrames;
      return [];
    });

  return {
    accept(chunk, nowMs = 0) {
      const { seq } = chunk;
      return seq === undefined ? place(chunk) : placeAll(order.accept({ ...chunk, seq }, nowMs));
    },
    refuse: (seq, frames) => placeAll(order.refuse(seq, frames)),
    tick: (nowMs) => placeAll(order.tick(nowMs)),
    flush: () => placeAll(order.flush()),
    moveTo(frame) {
      if (frame <= nextFrame) return;
      nextFrame = frame;
      missingFrames = 0;
      moved = true;
    },
    skip: (seq) => {
      order.skip(seq);
    },
    silenceBefore(clockFrame) {
      const late = lateFrames(clockFrame);
      return isFilled(late) ? late : 0;
    },
    get nextSeq() {
      return order.next;
    },
    get nextFrame() {
      return nextFrame;
    },
    get senderFrame() {
      return nextFrame + offset;
    },
    get duplicated() {
      return order.duplicated + overlapped;
    },
    get late() {
      return order.late;
    },
    get bufferedBytes() {
      return order.waitingBytes;
    },
    get bufferedFrames() {
      return order.waitingFrames;
    },
    get bufferedSinceMs() {
      return order.waitingSinceMs;
    },
  };
}
