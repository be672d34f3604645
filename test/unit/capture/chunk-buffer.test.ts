import { expect, test } from 'vitest';
import { FRAME_HEADER_BYTES } from '../../../src-main/contract/headed-frame.ts';
import { createChunkBuffer } from '../../../src-renderer/session/chunk-buffer.ts';

const FRAMES = 100;
const WIRE_BYTES = FRAME_HEADER_BYTES + 2 * FRAMES;

function fill(keptBytes: number) {
  const buffer = createChunkBuffer({ keptBytes, inFlightBytes: Infinity });
  const said = [0, 0];
  return {
    buffer,
    /** Captures one chunk after another. */
    say(trackIndex: number, chunks = 1) {
      for (let chunk = 0; chunk < chunks; chunk += 1) {
        const startFrame = (said[trackIndex] ?? 0) * FRAMES;
        said[trackIndex] = (said[trackIndex] ?? 0) + 1;
        const samples = new Uint8Array(2 * FRAMES);
        buffer.add({ samples, frames: FRAMES, startFrame, endedAtMs: 0 }, trackIndex);
      }
    },
    /** Track, number and first frame of all that is to be sent. */
    sent() {
      const places = [];
      for (let wire = buffer.takeUnsent(); wire !== undefined; wire = buffer.takeUnsent()) {
        const header = new DataView(wire.buffer, wire.byteOffset);
        places.push([header.getUint8(1), header.getUint32(4, true), Number(header.getBigUint64(8, true))]);
      }
      return places;
    },
  };
}

test('each side of a recording has numbers of its own, in the order in which its chunks were captured', () => {
  const { say, sent } = fill(Infinity);
  say(0);
  say(1);
  say(0, 2);
  say(1);
  expect(sent()).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [0, 1, 100],
    [0, 2, 200],
    [1, 1, 100],
  ]);
});

test('a page that goes on with a recording goes on counting where the one before it stopped', () => {
  const { buffer, say, sent } = fill(Infinity);
  buffer.acknowledge(0, 7);
  buffer.acknowledge(1, 0);
  say(0, 2);
  say(1);
  expect(sent().map(([track, seq]) => [track, seq])).toEqual([
    [0, 7],
    [0, 8],
    [1, 0],
  ]);
});

test('a connection that comes back does not have the same number given twice', () => {
  const { buffer, say, sent } = fill(Infinity);
  say(0, 3);
  sent();
  buffer.forgetSent();
  buffer.acknowledge(0, 1);
  say(0);
  expect(sent().map(([, seq, startFrame]) => [seq, startFrame])).toEqual([
    [1, 100],
    [2, 200],
    [3, 300],
  ]);
});

test('what there was no room for is a hole in time and none in the numbers', () => {
  const { buffer, say, sent } = fill(4 * WIRE_BYTES);
  say(0, 6);
  expect(buffer.lostFrames).toBe(2 * FRAMES);
  expect(sent().map(([, seq]) => seq)).toEqual([0, 1, 2, 3]);
  buffer.acknowledge(0, 4);
  say(0, 2);
  expect(sent()).toEqual([
    [0, 4, 600],
    [0, 5, 700],
  ]);
});
