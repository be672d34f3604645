import type { GapCause } from '../contract/capture-report.ts';
import { createChunkOrder, type InOrder } from './chunk-order.ts';

/** A chunk as it arrived. `seq` and `startFrame` are absent where the sender does not count. */
export interface TimelineChunk {
  readonly seq?: number | undefined;
  readonly startFrame?: number | undefined;
  /** Where the clock was when it arrived, in frames, where that places chunks without a start frame. */
  readonly clockFrame?: number | undefined;
  readonly frames: number;
  readonly pcm: Uint8Array;
  /** Why frames before it are missing, where the sender knows. */
  readonly gapCause?: GapCause | undefined;
}

/** What goes into the file next: audio, or silence where audio never came. */
export type Placement =
  | { readonly kind: 'audio'; readonly pcm: Uint8Array; readonly frames: number }
  | { readonly kind: 'silence'; readonly frames: number; readonly cause: GapCause }
  /** A hole too long to be filled: it is noted, and what follows it comes directly after. */
  | { readonly kind: 'jump'; readonly frames: number; readonly cause: GapCause };

/** Missing chunks that are taken to have had their sender's usual length, at most, in one place. */
const MAX_GUESSED_CHUNKS = 1024;

export interface TimelineOptions {
  /** How far a hole may reach, in frames since the beginning, and still be filled. */
  readonly reach?: () => number;
  /** Frames by which the clock may be ahead of a track before its next chunk is placed by it. */
  readonly clockTolerance?: number;
}

export interface Timeline {
  /**
   * Takes a chunk and says what can now be written, in order. Time is the engine's monotonic clock.
   * @throws INVALID_CHUNK where its number is too far back to be a repetition.
   */
  accept(chunk: TimelineChunk, nowMs?: number): readonly Placement[];
  /**
   * A chunk of this number came, was answered with an error and is waited for no longer.
   * @param frames its length, where that could be told.
   */
  refuse(seq: number, frames: number | undefined): readonly Placement[];
  /** Places what has waited for an earlier chunk long enough. */
  tick(nowMs: number): readonly Placement[];
  /** Gives up waiting: what is held back is placed, with silence for what is missing. */
  flush(): readonly Placement[];
  /**
   * Goes on no earlier than at `frame`. A sender that then counts from further back is taken at its audio, not at its
   * count: nothing of it is left out.
   */
  moveTo(frame: number): void;
  /** Leaves a stretch out, as during a pause: its chunks are expected no more. */
  skip(seq: number): void;
  /** Frames of silence that would be put before a chunk without a count that came with the clock there. */
  silenceBefore(clockFrame: number | undefined): number;
  /** The chunk that would continue the track, counted on past 2^32. */
  readonly nextSeq: number;
  /** Frames placed so far, silence included. */
  readonly nextFrame: number;
  /** The same place as the sender counts, for whom holes that were not filled have a length. */
  readonly senderFrame: number;
  readonly duplicated: number;
  readonly late: number;
  /** Bytes held back. */
  readonly heldBytes: number;
  /** Frames held back. */
  readonly heldFrames: number;
  /** Since when something is held back; Infinity where nothing is. */
  readonly heldSinceMs: number;
}

/**
 * Places one track's chunks. Late ones are waited for a moment, repeated ones left out, and what is truly missing
 * becomes silence of the exact length, so that time never shifts.
 * @param frameBytes bytes of one frame of the chunks' PCM.
 * @param longestFill frames of silence at most in one place.
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
  /** Frames of chunks that are missing before the next one. */
  let missingFrames = 0;
  /** What the sender's count of frames is ahead of ours. */
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

  /** How far a chunk lies beyond what has been placed; below zero where it overlaps it. */
  const framesAhead = (startFrame: number): number => {
    if (moved) offset = Math.min(offset, startFrame - nextFrame);
    moved = false;
    return startFrame - offset - nextFrame;
  };

  /** By how much the clock is so far beyond the track's end that it counts; 0 where it is not. */
  const lateFrames = (clockFrame: number | undefined): number => {
    const late = (clockFrame ?? 0) - nextFrame - offset;
    return late > clockTolerance ? late : 0;
  };

  /** A sender that counts no frames leaves the length of what is missing, and then the clock, to go by. */
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
    get heldBytes() {
      return order.waitingBytes;
    },
    get heldFrames() {
      return order.waitingFrames;
    },
    get heldSinceMs() {
      return order.waitingSinceMs;
    },
  };
}
