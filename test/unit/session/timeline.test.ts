import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTimeline, type Placement, type TimelineChunk } from '../../../src-main/session/timeline.ts';

const FRAMES = 10;

/** Mono chunks whose every sample is its own frame number, so that any shift shows. */
function chunk(
  seq: number,
  counted: { seq?: boolean; frame?: boolean } = { seq: true, frame: true },
): TimelineChunk {
  const samples = Int16Array.from({ length: FRAMES }, (_, index) => seq * FRAMES + index);
  return {
    ...(counted.seq === true ? { seq } : {}),
    ...(counted.frame === true ? { startFrame: seq * FRAMES } : {}),
    frames: FRAMES,
    pcm: new Uint8Array(samples.buffer),
  };
}

/** The file that placements make: frame numbers, with -1 for silence. */
function written(placements: readonly Placement[]): number[] {
  return placements.flatMap((placement) =>
    placement.kind !== 'audio'
      ? Array.from({ length: placement.frames }, () => -1)
      : Array.from(new Int16Array(placement.pcm.slice().buffer)),
  );
}

function play(chunks: readonly TimelineChunk[]) {
  const timeline = createTimeline(2, 10_000);
  const placements = chunks.flatMap((next) => timeline.accept(next));
  return { timeline, frames: written([...placements, ...timeline.flush()]) };
}

const upTo = (count: number): number[] => Array.from({ length: count * FRAMES }, (_, index) => index);

describe('timeline', () => {
  test('chunks that arrive out of order and twice make the same file as if nothing had happened', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.tuple(fc.nat(59), fc.nat(20)), { maxLength: 20 }),
        fc.array(fc.nat(59), { maxLength: 20 }),
        (count, swaps, repeats) => {
          const order = Array.from({ length: count }, (_, seq) => seq);
          for (const [from, by] of swaps) {
            if (from >= count) continue;
            const [moved] = order.splice(from, 1);
            if (moved !== undefined) order.splice(Math.min(order.length, from + by), 0, moved);
          }
          const chunks = order.flatMap((seq) =>
            repeats.includes(seq) ? [chunk(seq), chunk(seq)] : [chunk(seq)],
          );
          // Each swap moves one chunk by at most 20 places; more than the window together may be declared missing.
          fc.pre(order.every((seq, index) => Math.abs(seq - index) <= 15));
          expect(play(chunks).frames).toEqual(upTo(count));
        },
      ),
    );
  });

  test('what is missing is silence of the exact length, and what follows keeps its place', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 80 }), (arrives) => {
        const present = arrives.map((here, seq) => here || seq === 0 || seq === arrives.length - 1);
        const chunks = present.flatMap((here, seq) => (here ? [chunk(seq)] : []));
        const { frames, timeline } = play(chunks);
        expect(frames).toEqual(
          upTo(present.length).map((frame) => (present[Math.floor(frame / FRAMES)] === true ? frame : -1)),
        );
        expect(timeline.nextFrame).toBe(present.length * FRAMES);
      }),
    );
  });

  test('a chunk that turns up after its place was filled is counted late and changes nothing', () => {
    const timeline = createTimeline(2, 10_000);
    const placements = [timeline.accept(chunk(0))];
    for (let seq = 2; seq < 40; seq++) placements.push(timeline.accept(chunk(seq)));
    placements.push(timeline.accept(chunk(1)), timeline.flush());
    const frames = written(placements.flat());
    expect(frames.slice(FRAMES, 2 * FRAMES)).toEqual(Array.from({ length: FRAMES }, () => -1));
    expect(frames.slice(2 * FRAMES)).toEqual(upTo(40).slice(2 * FRAMES));
    expect(timeline.late).toBe(1);
    expect(timeline.duplicated).toBe(0);
  });

  test('of thousands that are missing, those that turn up soon are late and those of long ago are not remembered', () => {
    const timeline = createTimeline(2, 10_000);
    for (let seq = 0; seq <= 12_000; seq += 2) timeline.accept(chunk(seq));
    timeline.flush();
    timeline.accept(chunk(11_999));
    timeline.accept(chunk(1));
    expect([timeline.late, timeline.duplicated]).toEqual([1, 1]);
  });

  test('a sender that counts chunks but not frames gets silence of its usual chunk length', () => {
    const counted = { seq: true };
    const { frames } = play([chunk(0, counted), chunk(1, counted), chunk(4, counted)]);
    expect(frames).toHaveLength(5 * FRAMES);
    expect(frames.slice(4 * FRAMES)).toEqual(upTo(5).slice(4 * FRAMES));
  });

  test('a sender that counts nothing is taken at its word', () => {
    const { frames } = play([chunk(0, {}), chunk(0, {}), chunk(1, {})]);
    expect(frames).toEqual([...upTo(1), ...upTo(1), ...upTo(2).slice(FRAMES)]);
  });

  test('a hole that the source itself reports becomes silence', () => {
    const late = { ...chunk(1), startFrame: 25 };
    const { frames } = play([chunk(0), late]);
    expect(frames).toEqual([...upTo(1), ...Array.from({ length: 15 }, () => -1), ...upTo(2).slice(FRAMES)]);
  });
});
