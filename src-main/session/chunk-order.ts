import { LecternError } from '../contract/errors.ts';
import { serialDistance, wireSeq } from './serial-number.ts';

/**
 * How long chunks wait for an earlier one, in milliseconds. A socket delivers in order, so chunks are only out of order
 * where the sender mixed them up; and waiting chunks are only in memory, where a kill loses them.
 */
export const CHUNK_WAIT_MS = 250;
/** Waiting chunks at most, even within that time: a sender may be much faster than real time. */
const MAX_WAITING_CHUNKS = 32;
/** How many missing or refused numbers are remembered: such a chunk is late, not repeated. */
const MAX_REMEMBERED = 4096;
/** At most this many numbers of one hole are remembered: a sender may jump by billions. */
const MAX_REMEMBERED_OF_A_HOLE = 1024;
/**
 * How far back a number may lie and count as a repetition: more than a day of chunks. Beyond it, the sender has lost
 * count.
 */
export const MAX_REPEATED_BACK = 2 ** 24;

export interface NumberedChunk {
  readonly seq: number;
  readonly frames: number;
  readonly pcm: Uint8Array;
}

/** The next item: a chunk, or a number of missing chunks. */
export type InOrder<Chunk> =
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  /** `frames` is known for chunks that came and were refused, and undefined for others. */
  | { readonly kind: 'missing'; readonly chunks: number; readonly frames?: number };

export interface ChunkOrder<Chunk> {
  /**
   * Takes a chunk and returns the items that are now next. Time is the engine's monotonic clock.
   * @throws INVALID_CHUNK where its number lies before the first one, or too far back for a repetition. Half the number
   * range away, it may also be a jump ahead, and new audio must not be dropped as a repetition.
   */
  accept(chunk: Chunk, nowMs: number): InOrder<Chunk>[];
  /** A chunk with this number came and cannot be used: later chunks do not wait for it. */
  refuse(seq: number, frames: number | undefined): InOrder<Chunk>[];
  /** Gives up the chunks that have been waited for long enough. */
  tick(nowMs: number): InOrder<Chunk>[];
  /** Gives up all chunks that are waited for. */
  flush(): InOrder<Chunk>[];
  /** Continues after this number, as after a pause: no earlier number is expected any more. */
  skip(seq: number): void;
  /** The number after the last one handled, not wrapped at 2^32. */
  readonly next: number;
  readonly duplicated: number;
  readonly late: number;
  readonly waitingBytes: number;
  readonly waitingFrames: number;
  /** Since when the first waiting chunk waits; Infinity where none does. */
  readonly waitingSinceMs: number;
}

/** Puts one track's numbered chunks in order, drops repeated ones, and reports missing ones. */
export function createChunkOrder<Chunk extends NumberedChunk>(): ChunkOrder<Chunk> {
  let next = 0;
  /** The highest number so far: the base from which the wire's 32 bits are extended. */
  let furthest: number | undefined;
  let duplicated = 0;
  let late = 0;
  let waitingBytes = 0;
  let waitingFrames = 0;
  const waiting = new Map<number, { readonly chunk: Chunk; readonly sinceMs: number }>();
  const refused = new Map<number, number | undefined>();
  const missing = new Set<number>();

  const countOn = (seq: number): number => {
    const count = furthest === undefined ? seq : furthest + serialDistance(furthest, seq);
    furthest = Math.max(furthest ?? count, count);
    return count;
  };

  /** A repetition must have a number that was used before, and that its sender still remembers. */
  const checkReach = (seq: number, count: number): void => {
    if (count >= 0 && count >= next - MAX_REPEATED_BACK) return;
    throw new LecternError(
      'INVALID_CHUNK',
      `Invalid audio chunk: expected "seq" ${wireSeq(next)}, one that came shortly before, or one after it, got ${seq}. ` +
        'It is not recorded. Number chunks one by one; 4294967295 is followed by 0',
    );
  };

  const takeWaiting = (count: number): Chunk | undefined => {
    const chunk = waiting.get(count)?.chunk;
    if (chunk === undefined) return undefined;
    waiting.delete(count);
    waitingBytes -= chunk.pcm.byteLength;
    waitingFrames -= chunk.frames;
    return chunk;
  };

  const remember = (count: number): void => {
    missing.add(count);
    for (const oldest of missing) {
      if (missing.size <= MAX_REMEMBERED) break;
      missing.delete(oldest);
    }
  };

  const dropRefused = (count: number): InOrder<Chunk> => {
    const frames = refused.get(count);
    refused.delete(count);
    remember(count);
    return { kind: 'missing', chunks: 1, ...(frames === undefined ? {} : { frames }) };
  };

  const drain = (): InOrder<Chunk>[] => {
    const ready: InOrder<Chunk>[] = [];
    for (; ; next++) {
      const chunk = takeWaiting(next);
      if (chunk !== undefined) ready.push({ kind: 'chunk', chunk });
      // Until a later chunk comes, it may be sent again, corrected.
      else if (refused.has(next) && waiting.size > 0) ready.push(dropRefused(next));
      else return ready;
    }
  };

  /** Reports everything before the first waiting chunk as missing. */
  const giveUp = (): InOrder<Chunk>[] => {
    const earliest = Math.min(...waiting.keys());
    const known = [...refused.keys()].filter((count) => count < earliest).map(dropRefused);
    const chunks = earliest - next - known.length;
    for (let count = Math.max(next, earliest - MAX_REMEMBERED_OF_A_HOLE); count < earliest; count++)
      remember(count);
    next = earliest;
    return [...known, ...(chunks > 0 ? [{ kind: 'missing' as const, chunks }] : []), ...drain()];
  };

  const oldestMs = (): number => Math.min(...[...waiting.values()].map(({ sinceMs }) => sinceMs));

  const giveUpWhile = (tooLong: () => boolean): InOrder<Chunk>[] => {
    const ready: InOrder<Chunk>[] = [];
    while (waiting.size > 0 && tooLong()) ready.push(...giveUp());
    return ready;
  };

  const overdue = (nowMs: number): InOrder<Chunk>[] =>
    giveUpWhile(() => waiting.size > MAX_WAITING_CHUNKS || nowMs - oldestMs() >= CHUNK_WAIT_MS);

  return {
    accept(chunk, nowMs) {
      const count = countOn(chunk.seq);
      checkReach(chunk.seq, count);
      if (count < next || waiting.has(count)) {
        if (missing.delete(count)) late++;
        else duplicated++;
        return overdue(nowMs);
      }
      refused.delete(count);
      waiting.set(count, { chunk, sinceMs: nowMs });
      waitingBytes += chunk.pcm.byteLength;
      waitingFrames += chunk.frames;
      return [...drain(), ...overdue(nowMs)];
    },
    refuse(seq, frames) {
      const count = countOn(seq);
      if (count < next || waiting.has(count)) return [];
      if (refused.size < MAX_REMEMBERED) refused.set(count, frames);
      return drain();
    },
    tick: overdue,
    flush: () => giveUpWhile(() => true),
    skip(seq) {
      const count = countOn(seq);
      if (count < next) return;
      next = count + 1;
      for (const earlier of refused.keys()) if (earlier < next) refused.delete(earlier);
    },
    get next() {
      return next;
    },
    get duplicated() {
      return duplicated;
    },
    get late() {
      return late;
    },
    get waitingBytes() {
      return waitingBytes;
    },
    get waitingFrames() {
      return waitingFrames;
    },
    get waitingSinceMs() {
      return oldestMs();
    },
  };
}
