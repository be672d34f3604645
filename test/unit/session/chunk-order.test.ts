import { describe, expect, test } from 'vitest';
import { SEQ_COUNT } from '../../../src-main/contract/headed-frame.ts';
import {
  CHUNK_WAIT_MS,
  createChunkOrder,
  MAX_REPEATED_BACK,
  type InOrder,
} from '../../../src-main/session/chunk-order.ts';

interface Chunk {
  readonly seq: number;
  readonly frames: number;
  readonly pcm: Uint8Array;
}

const chunk = (seq: number): Chunk => ({ seq, frames: 10, pcm: new Uint8Array(20) });

/** Numbers of chunks, and how many are missing in their place, below zero. */
const told = (items: readonly InOrder<Chunk>[]): number[] =>
  items.map((item) => (item.kind === 'chunk' ? item.chunk.seq : -item.chunks));

describe('the order of chunks', () => {
  test('a missing chunk is waited for by the clock, and no longer than a quarter of a second', () => {
    const order = createChunkOrder<Chunk>();
    order.accept(chunk(0), 1000);
    expect(told(order.accept(chunk(2), 1000))).toEqual([]);
    expect([order.waitingFrames, order.waitingBytes, order.waitingSinceMs]).toEqual([10, 20, 1000]);
    expect(told(order.tick(1000 + CHUNK_WAIT_MS - 1))).toEqual([]);
    expect(told(order.tick(1000 + CHUNK_WAIT_MS))).toEqual([-1, 2]);
    expect([order.waitingFrames, order.waitingBytes, order.waitingSinceMs]).toEqual([0, 0, Infinity]);
    expect(CHUNK_WAIT_MS).toBeLessThanOrEqual(250);
  });

  test('the next chunk lets go of what has waited long enough, without a tick', () => {
    const order = createChunkOrder<Chunk>();
    order.accept(chunk(0), 0);
    order.accept(chunk(2), 0);
    expect(told(order.accept(chunk(3), CHUNK_WAIT_MS))).toEqual([-1, 2, 3]);
  });

  test('each hole has its own wait', () => {
    const order = createChunkOrder<Chunk>();
    order.accept(chunk(1), 0);
    order.accept(chunk(3), 100);
    expect(told(order.tick(CHUNK_WAIT_MS))).toEqual([-1, 1]);
    expect(told(order.accept(chunk(2), CHUNK_WAIT_MS + 50))).toEqual([2, 3]);
  });

  test('a refused number is waited for by nobody, whether it is refused before what follows it or after', () => {
    const order = createChunkOrder<Chunk>();
    expect(told(order.accept(chunk(0), 0))).toEqual([0]);
    expect(told(order.refuse(1, 7))).toEqual([]);
    expect(told(order.accept(chunk(2), 0))).toEqual([-1, 2]);
    expect(told(order.accept(chunk(4), 0))).toEqual([]);
    expect(told(order.refuse(3, undefined))).toEqual([-1, 4]);
    expect(order.refuse(3, 7)).toEqual([]);
    expect(order.next).toBe(5);
  });

  test('a refused one that comes again mended is taken while nothing follows it, and is late afterwards', () => {
    const order = createChunkOrder<Chunk>();
    order.refuse(1, 7);
    expect(told(order.accept(chunk(1), 0))).toEqual([]);
    expect(told(order.accept(chunk(0), 0))).toEqual([0, 1]);
    order.refuse(2, 7);
    expect(told(order.accept(chunk(2), 0))).toEqual([2]);
    order.refuse(3, 7);
    expect(told(order.accept(chunk(4), 0))).toEqual([-1, 4]);
    expect(told(order.accept(chunk(3), 0))).toEqual([]);
    expect([order.late, order.duplicated]).toEqual([1, 0]);
  });

  test('numbers go on from 2^32 - 1 at 0: no gap, and what is repeated across it is left out', () => {
    const order = createChunkOrder<Chunk>();
    const first = SEQ_COUNT - 3;
    for (let count = 0; count < 8; count++) order.accept(chunk((first + count) % SEQ_COUNT), 0);
    // The sender began there: only that was waited for.
    expect(told(order.tick(CHUNK_WAIT_MS))).toEqual([
      -first,
      ...Array.from({ length: 8 }, (_, count) => (first + count) % SEQ_COUNT),
    ]);
    expect(told(order.accept(chunk(SEQ_COUNT - 1), 300))).toEqual([]);
    expect(told(order.accept(chunk(4), 300))).toEqual([]);
    expect(order.duplicated).toBe(2);
    expect(told(order.accept(chunk(5), 300))).toEqual([5]);
  });

  test('chunks that change places where the numbers wrap are put in order', () => {
    const order = createChunkOrder<Chunk>();
    order.skip(SEQ_COUNT - 3);
    expect(told(order.accept(chunk(0), 0))).toEqual([]);
    expect(told(order.accept(chunk(SEQ_COUNT - 1), 0))).toEqual([]);
    expect(told(order.accept(chunk(SEQ_COUNT - 2), 0))).toEqual([SEQ_COUNT - 2, SEQ_COUNT - 1, 0]);
  });

  test('a number before the first, or too far back to be a repetition, is refused and moves nothing', () => {
    const order = createChunkOrder<Chunk>();
    order.accept(chunk(0), 0);
    for (const seq of [2 ** 31 + 1, 2 ** 31 + 1_000_000, SEQ_COUNT - 1])
      expect(() => order.accept(chunk(seq), 0)).toThrow(new RegExp(`expected "seq" 1, .* got ${seq}\\.`));
    expect(told(order.accept(chunk(1), 0))).toEqual([1]);

    const first = 2 ** 31 - 5;
    order.skip(first);
    expect(() => order.accept(chunk(first - MAX_REPEATED_BACK), 0)).toThrow(/expected "seq" 2147483644/);
    expect(told(order.accept(chunk(first + 1 - MAX_REPEATED_BACK), 0))).toEqual([]);
    expect(told(order.accept(chunk(first), 0))).toEqual([]);
    expect(order.duplicated).toBe(2);
    expect(told(order.accept(chunk(first + 1), 0))).toEqual([first + 1]);
  });

  test('however fast a sender is, no more than 32 chunks wait', () => {
    const order = createChunkOrder<Chunk>();
    for (let seq = 1; seq <= 32; seq++) expect(told(order.accept(chunk(seq), 0))).toEqual([]);
    expect(told(order.accept(chunk(33), 0))).toHaveLength(34);
  });
});
