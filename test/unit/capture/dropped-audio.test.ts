import { expect, test } from 'vitest';
import { createDropDetector, type TimedPiece } from '../../../src-renderer/capture/dropped-audio.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const PIECE_MS = 1024 / 48;
const LATENCY_MS = 30;

/** A microphone in pieces of 1024 frames; stamps waver as those of Chromium on a busy machine were seen to. */
function listen() {
  const random = seededRandom(7);
  const detector = createDropDetector<TimedPiece & { index: number }>();
  const placed: { index: number; lost: number; asleep: boolean }[] = [];
  let capturedMs = 1000;
  let readAtMs = 0;
  let sleptMs = 0;
  let stampErrorMs = 0;
  let index = 0;
  return {
    placed,
    losses: () => placed.filter(({ lost }) => lost > 0),
    /** Captures pieces and reads them at once, or only at `readAt`. */
    hear(pieces: number, readAt = 0) {
      for (let count = 0; count < pieces; count += 1) {
        capturedMs += PIECE_MS;
        readAtMs = Math.max(readAtMs + 0.1, capturedMs + LATENCY_MS + random() * 8, readAt);
        const timestampMs = capturedMs - PIECE_MS - stampErrorMs + (random() - 0.5) * 20;
        const piece = {
          timestampMs,
          durationMs: PIECE_MS,
          readAtMs,
          wallMs: readAtMs + sleptMs + 1e12,
          index,
        };
        for (const { piece: used, lostMs, asleep } of detector.take(piece))
          placed.push({ index: used.index, lost: Math.round(lostMs / PIECE_MS), asleep });
        index += 1;
      }
      return this;
    },
    drop(pieces: number) {
      capturedMs += pieces * PIECE_MS;
      return this;
    },
    sleep(milliseconds: number) {
      sleptMs += milliseconds;
      return this;
    },
    stampsAreEarlyBy(milliseconds: number) {
      stampErrorMs = milliseconds;
      return this;
    },
    get capturedMs() {
      return capturedMs;
    },
  };
}

test('an hour of audio whose stamps waver is left alone', () => {
  const microphone = listen().hear(168_750);
  expect(microphone.losses()).toEqual([]);
  expect(microphone.placed).toHaveLength(168_750);
});

test('audio that the browser dropped is missed where it was dropped, to the frame', () => {
  const microphone = listen().hear(500).drop(125).hear(500).drop(9).hear(500);
  expect(microphone.losses()).toEqual([
    { index: 500, lost: 125, asleep: false },
    { index: 1000, lost: 9, asleep: false },
  ]);
  expect(microphone.placed.map(({ index }) => index)).toEqual(Array.from({ length: 1500 }, (_, at) => at));
});

test('what was dropped while the page was frozen is found though the rest is read seconds late', () => {
  const microphone = listen().hear(500);
  const thaws = microphone.capturedMs + 5000;
  microphone.hear(100, thaws).drop(125).hear(400, thaws);
  expect(microphone.losses()).toEqual([{ index: 600, lost: 125, asleep: false }]);
});

test('what was dropped is not taken for longer than it was, however much is read at once afterwards', () => {
  const microphone = listen().hear(500);
  microphone
    .drop(40)
    .hear(94, microphone.capturedMs + 3000)
    .hear(300);
  expect(microphone.losses()).toEqual([{ index: 500, lost: 40, asleep: false }]);
});

test('audio that is only read late is not missing', () => {
  const microphone = listen().hear(500);
  microphone.hear(200, microphone.capturedMs + 4000).hear(500);
  expect(microphone.losses()).toEqual([]);
});

test('a new device that corrects its stamps has lost nothing', () => {
  const microphone = listen().stampsAreEarlyBy(630).hear(40).stampsAreEarlyBy(300).hear(50);
  expect(microphone.stampsAreEarlyBy(0).hear(600).losses()).toEqual([]);
});

test('a device that corrects its stamps later on has lost nothing, whoever reads late meanwhile', () => {
  const microphone = listen().stampsAreEarlyBy(200).hear(600).stampsAreEarlyBy(0).hear(600);
  microphone.stampsAreEarlyBy(200).hear(600);
  microphone
    .stampsAreEarlyBy(0)
    .hear(60, microphone.capturedMs + 1500)
    .hear(600);
  expect(microphone.losses()).toEqual([]);
  expect(microphone.drop(20).hear(100).losses()).toMatchObject([{ lost: 20 }]);
});

test('a device that stood still and stamps wrongly afterwards is missed for as long as it stood still', () => {
  const microphone = listen().hear(500).drop(66).stampsAreEarlyBy(1100).hear(60);
  expect(microphone.losses()).toMatchObject([{ index: 500, lost: expect.closeTo(66, -0.5) as number }]);
  microphone.stampsAreEarlyBy(400).hear(100).stampsAreEarlyBy(0).hear(500);
  expect(microphone.losses()).toHaveLength(1);
});

test('many small losses, each within the wavering of the stamps, add up and are not forgotten', () => {
  const microphone = listen().hear(500);
  for (let loss = 0; loss < 20; loss += 1) microphone.drop(1).hear(200);
  const found = microphone.losses().reduce((sum, { lost }) => sum + lost, 0);
  expect(found).toBeGreaterThanOrEqual(17);
  expect(found).toBeLessThanOrEqual(20);
});

test('the time a computer slept is missing, and is called so', () => {
  const microphone = listen().hear(500).sleep(600_000).hear(500);
  expect(microphone.losses()).toEqual([{ index: 500, lost: Math.round(600_000 / PIECE_MS), asleep: true }]);
});

test('a laptop asleep for three hours is missed for three hours, and what follows is placed after them', () => {
  const hours = 3 * 3_600_000;
  const microphone = listen().hear(500).sleep(hours).hear(500).drop(20).hear(200);
  expect(microphone.losses()).toEqual([
    { index: 500, lost: Math.round(hours / PIECE_MS), asleep: true },
    { index: 1000, lost: 20, asleep: false },
  ]);
});
