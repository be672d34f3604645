import type { GapCause } from '../contract/capture-report.ts';

/** A chunk as it arrived. `seq` and `startFrame` are absent where the sender does not count. */
export interface TimelineChunk {
  readonly seq?: number | undefined;
  readonly startFrame?: number | undefined;
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

/** Chunks held back while an earlier one is awaited; about 3 s of the app's own. */
const REORDER_WINDOW_CHUNKS = 32;
/** Missing chunks of which it is remembered that they may still turn up, and would be late and not repeated. */
const MAX_REMEMBERED_MISSING = 4096;

export interface Timeline {
  /** Takes a chunk and says what can now be written, in order. */
  accept(chunk: TimelineChunk): readonly Placement[];
  /** Gives up waiting: what is held back is placed, with silence for what is missing. */
  flush(): readonly Placement[];
  /**
   * Goes on no earlier than at `frame`. A sender that then counts from further back is taken at its audio, not at its
   * count: nothing of it is left out.
   */
  moveTo(frame: number): void;
  /** Leaves a stretch out, as during a pause: its chunks are expected no more. */
  skip(chunk: TimelineChunk): void;
  /** The chunk that would continue the track. */
  readonly nextSeq: number;
  /** Frames placed so far, silence included. */
  readonly nextFrame: number;
  /** The same place as the sender counts, for whom holes that were not filled have a length. */
  readonly senderFrame: number;
  readonly duplicated: number;
  readonly late: number;
  /** Bytes held back. */
  readonly heldBytes: number;
}

/**
 * Puts one track's chunks in order. Late ones within a window are waited for, repeated ones left out, and what is
 * truly missing becomes silence of the exact length, so that time never shifts.
 * @param frameBytes bytes of one frame of the chunks' PCM.
 * @param longestFill frames of silence at most in one place.
 */
export function createTimeline(frameBytes: number, longestFill: number): Timeline {
  let nextSeq = 0;
  let nextFrame = 0;
  let duplicated = 0;
  let late = 0;
  let heldBytes = 0;
  let usualFrames = 0;
  /** What the sender's count of frames is ahead of ours. */
  let offset = 0;
  let moved = false;
  const held = new Map<number, TimelineChunk>();
  const missingSeqs = new Set<number>();

  const silence = (frames: number, cause: GapCause = 'missing_chunks'): Placement => {
    nextFrame += frames;
    return { kind: 'silence', frames, cause };
  };

  /** How far a chunk lies beyond what has been placed; below zero where it overlaps it. */
  const framesAhead = (startFrame: number | undefined): number => {
    if (startFrame === undefined) return 0;
    if (moved) offset = Math.min(offset, startFrame - nextFrame);
    moved = false;
    return startFrame - offset - nextFrame;
  };

  const place = (chunk: TimelineChunk): Placement[] => {
    const placements: Placement[] = [];
    if (chunk.seq !== undefined) nextSeq = chunk.seq + 1;
    const ahead = framesAhead(chunk.startFrame);
    if (ahead > longestFill) {
      offset += ahead;
      placements.push({ kind: 'jump', frames: ahead, cause: chunk.gapCause ?? 'missing_chunks' });
    } else if (ahead > 0) placements.push(silence(ahead, chunk.gapCause));
    const overlap = Math.min(Math.max(0, -ahead), chunk.frames);
    if (overlap === chunk.frames) {
      duplicated++;
      return placements;
    }
    const frames = chunk.frames - overlap;
    placements.push({ kind: 'audio', pcm: chunk.pcm.subarray(overlap * frameBytes), frames });
    nextFrame += frames;
    usualFrames = chunk.frames;
    return placements;
  };

  const takeHeld = (seq: number): TimelineChunk | undefined => {
    const chunk = held.get(seq);
    if (chunk === undefined) return undefined;
    held.delete(seq);
    heldBytes -= chunk.pcm.byteLength;
    return chunk;
  };

  const drain = (): Placement[] => {
    const placements: Placement[] = [];
    for (let chunk = takeHeld(nextSeq); chunk !== undefined; chunk = takeHeld(nextSeq))
      placements.push(...place(chunk));
    return placements;
  };

  /** Declares everything before the earliest held chunk missing. */
  const giveUp = (): Placement[] => {
    const earliest = Math.min(...held.keys());
    const chunk = takeHeld(earliest);
    if (chunk === undefined) return [];
    const missing = Math.max(0, earliest - nextSeq);
    // Bounded: the sender may jump by billions, and only near misses can still turn up.
    for (let seq = Math.max(nextSeq, earliest - 1024); seq < earliest; seq++) missingSeqs.add(seq);
    for (const seq of missingSeqs) {
      if (missingSeqs.size <= MAX_REMEMBERED_MISSING) break;
      missingSeqs.delete(seq);
    }
    const placements: Placement[] = [];
    // A sender that counts chunks but not frames leaves only its usual chunk length to go by.
    if (chunk.startFrame === undefined && usualFrames > 0)
      placements.push(silence(Math.min(Math.min(missing, 1024) * usualFrames, longestFill)));
    placements.push(...place(chunk), ...drain());
    return placements;
  };

  return {
    accept(chunk) {
      if (chunk.seq === undefined) return place(chunk);
      if (chunk.seq < nextSeq || held.has(chunk.seq)) {
        if (missingSeqs.delete(chunk.seq)) late++;
        else duplicated++;
        return [];
      }
      if (chunk.seq === nextSeq) return [...place(chunk), ...drain()];
      held.set(chunk.seq, chunk);
      heldBytes += chunk.pcm.byteLength;
      return held.size > REORDER_WINDOW_CHUNKS ? giveUp() : [];
    },
    flush() {
      const placements: Placement[] = [];
      while (held.size > 0) placements.push(...giveUp());
      return placements;
    },
    moveTo(frame) {
      if (frame <= nextFrame) return;
      nextFrame = frame;
      moved = true;
    },
    skip(chunk) {
      if (chunk.seq !== undefined && chunk.seq >= nextSeq) nextSeq = chunk.seq + 1;
    },
    get nextSeq() {
      return nextSeq;
    },
    get nextFrame() {
      return nextFrame;
    },
    get senderFrame() {
      return nextFrame + offset;
    },
    get duplicated() {
      return duplicated;
    },
    get late() {
      return late;
    },
    get heldBytes() {
      return heldBytes;
    },
  };
}
