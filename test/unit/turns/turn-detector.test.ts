import { expect, test } from 'vitest';
import { createTurnDetector } from '../../../src-main/turns/turn-detector.ts';
import { vowels } from '../../support/sound/vowels.ts';
import { hearTwoSides, RATE, turnLines, type TwoSidesOptions } from './two-sides.ts';

const turnsOf = (options: TwoSidesOptions) => {
  const { detector, told } = hearTwoSides(options);
  return turnLines([...told, ...detector.end()]);
};

test('a pause for breath does not end a turn, one for thought does', () => {
  expect(
    turnsOf({
      seconds: 8,
      user: [
        [1, 2],
        [2.5, 3.5],
        [4.5, 5.5],
      ],
    }),
  ).toEqual([
    ['user', 1, 3.5, false],
    ['user', 4.5, 5.5, false],
  ]);
});

test('a turn is told of while it has hardly begun', () => {
  const { told } = hearTwoSides({ seconds: 4, user: [[1.5, 3]], chunkSeconds: 0.02 });
  expect(told[0]).toMatchObject({ type: 'started', role: 'user' });
  expect(told[0]?.heardSeconds).toBeLessThan(1.72);
});

test('whoever is spoken over is interrupted, whoever speaks over is not', () => {
  expect(turnsOf({ seconds: 7, user: [[1, 3]], assistant: [[2, 5]] })).toEqual([
    ['user', 1, 3, true],
    ['assistant', 2, 5, false],
  ]);
});

test('taking over a moment early, or beginning together, is no interruption', () => {
  expect(
    turnsOf({
      seconds: 12,
      user: [
        [1, 3],
        [7, 9],
      ],
      assistant: [
        [2.9, 5],
        [7.1, 10],
      ],
    }),
  ).toEqual([
    ['user', 1, 3, false],
    ['assistant', 2.9, 5, false],
    ['user', 7, 9, false],
    ['assistant', 7.1, 10, false],
  ]);
});

test('a short word that does not stop the other is a turn, and no interruption; one that does is', () => {
  expect(turnsOf({ seconds: 8, user: [[1, 6]], assistant: [[3, 3.3]] })).toEqual([
    ['user', 1, 6, false],
    ['assistant', 3, 3.3, false],
  ]);
  expect(turnsOf({ seconds: 8, user: [[1, 3.3]], assistant: [[3, 3.3]] })).toEqual([
    ['user', 1, 3.3, true],
    ['assistant', 3, 3.3, false],
  ]);
});

test('tracks that trail each other by seconds, either way, in any chunks, give the same turns', () => {
  for (const lagSeconds of [-8, -2.5, -0.3, 0.3, 2.5, 8])
    for (const chunkSeconds of [0.02, 0.37])
      expect(
        turnsOf({
          seconds: 14,
          lagSeconds,
          chunkSeconds,
          user: [
            [1, 3],
            [6, 8],
          ],
          assistant: [
            [2, 5],
            [10, 12],
          ],
        }),
        `${lagSeconds} s, chunks of ${chunkSeconds} s`,
      ).toEqual([
        ['user', 1, 3, true],
        ['assistant', 2, 5, false],
        ['user', 6, 8, false],
        ['assistant', 10, 12, false],
      ]);
});

test('a side that brings nothing holds the ends of the other back for ten seconds, not for ever', () => {
  const { told } = hearTwoSides({ seconds: 16, user: [[1, 3]], lagSeconds: 60 }, () => []);
  const silent = told.filter(({ heardSeconds }) => heardSeconds < 16);
  const ended = silent.find(({ type }) => type === 'ended');
  expect(ended?.heardSeconds).toBeGreaterThan(12.9);
  expect(ended?.heardSeconds).toBeLessThan(13.2);
});

test('a voice that goes on until the end is cut off, one that was over before is not', () => {
  expect(turnsOf({ seconds: 4, user: [[1, 4]], assistant: [[1, 3.6]] })).toEqual([
    ['user', 1, 4, true],
    ['assistant', 1, 3.6, false],
  ]);
});

test('a pause ends turns, and interrupts nobody', () => {
  const { detector, told } = hearTwoSides({ seconds: 4, user: [[1, 4]] });
  expect(turnLines([...told, ...detector.pause()])).toEqual([['user', 1, 4, false]]);
  expect(detector.end()).toEqual([]);
});

test("a client's own voice activity counts instead of ours from its first word on, for that track alone", () => {
  let said = '';
  const say = (detector: ReturnType<typeof createTurnDetector>, heard: number) => {
    const wanted = heard >= 6 ? 'stop' : heard >= 5 ? 'start' : '';
    if (wanted === said) return [];
    said = wanted;
    return detector.voice('user', wanted === 'start');
  };
  const options = {
    seconds: 12,
    user: [
      [1, 2],
      [8, 10],
    ],
    assistant: [[8, 10]],
  } as const;
  const { detector, told } = hearTwoSides(options, say);
  expect(turnLines([...told, ...detector.end()])).toEqual([
    ['user', 1, 2, false],
    ['user', 5, 6, false],
    ['assistant', 8, 10, false],
  ]);
});

test('a lost chunk does not cut a sentence in two; a long hole does, where the voice was last heard', () => {
  const turnsAround = (holeSeconds: number) => {
    const detector = createTurnDetector({
      sampleRate: RATE,
      channels: 1,
      tracks: ['user'],
      newId: () => 'a turn',
    });
    const speech = speechOf(3, 1, 3);
    const events = [...detector.audio('user', 0, speech)];
    events.push(...detector.silence('user', 3 * RATE, holeSeconds * RATE));
    const more = speechOf(2, 0, 1);
    events.push(...detector.audio('user', (3 + holeSeconds) * RATE, more));
    return turnLines([...events, ...detector.end()]);
  };
  expect(turnsAround(0.1)).toEqual([['user', 1, 4.1, false]]);
  expect(turnsAround(5)).toEqual([
    ['user', 1, 3, false],
    ['user', 8, 9, false],
  ]);
});

test('a storm of announcements without audio costs no memory and makes no audio up', () => {
  const detector = createTurnDetector({
    sampleRate: RATE,
    channels: 1,
    tracks: ['user', 'assistant'],
    newId: () => 'a turn',
  });
  let started = 0;
  let ended = 0;
  for (let index = 0; index < 5000; index++)
    for (const event of detector.voice('user', index % 2 === 0)) {
      if (event.type === 'started') started++;
      else {
        ended++;
        expect(event.endFrame).toBe(event.startFrame);
      }
    }
  expect(started - ended).toBeLessThanOrEqual(65);
});

function speechOf(seconds: number, start: number, end: number): Uint8Array {
  return new Uint8Array(vowels({ rate: RATE, seconds, spans: [{ start, end }] }).buffer);
}
