import { describe, expect, test } from 'vitest';
import type { TurnEvent } from '../../../src-main/session/ports.ts';
import { createTurnDetector } from '../../../src-main/turns/turn-detector.ts';
import { addSounds, throughRoom } from '../../support/sound/room.ts';
import { vowels } from '../../support/sound/vowels.ts';
import { RATE, turnLines } from './two-sides.ts';

const SECONDS = 16;
type Bounds = readonly [start: number, end: number];

const FAR: readonly Bounds[] = [
  [1, 4],
  [6, 8.5],
  [11, 12.4],
];
const far = speech(FAR, 190, 1.6);

function speech(spans: readonly Bounds[], pitch: number, pace: number): Int16Array {
  return vowels({
    rate: RATE,
    seconds: SECONDS,
    pitch,
    pace,
    spans: spans.map(([start, end]) => ({ start, end })),
  });
}

interface Loudspeaker {
  readonly decibels: number;
  readonly delaySeconds?: number;
  readonly ringingSeconds?: number;
}

/** The turns of both sides where the microphone hears the far side as well as its own. */
function turnsWith(own: readonly Bounds[], loudspeaker?: Loudspeaker, lagSeconds = 0) {
  let ids = 0;
  const detector = createTurnDetector({
    sampleRate: RATE,
    channels: 1,
    tracks: ['user', 'assistant'],
    newId: () => `turn ${++ids}`,
  });
  const near = speech(own, 120, 1);
  const user =
    loudspeaker === undefined
      ? near
      : addSounds(near, throughRoom(far, { rate: RATE, delaySeconds: 0.12, ...loudspeaker }));
  const chunk = RATE / 10;
  const arrivals = (['user', 'assistant'] as const)
    .flatMap((track) =>
      Array.from({ length: SECONDS * 10 }, (_, index) => ({
        track,
        index,
        at: index + (track === 'assistant' ? lagSeconds * 10 : 0),
      })),
    )
    .toSorted((a, b) => a.at - b.at);
  const events: TurnEvent[] = [];
  for (const { track, index } of arrivals) {
    const samples = (track === 'user' ? user : far).slice(index * chunk, (index + 1) * chunk);
    events.push(...detector.audio(track, index * chunk, new Uint8Array(samples.buffer)));
  }
  events.push(...detector.end());
  const isBleed = (event: TurnEvent): boolean => event.type === 'ended' && event.bleed;
  return {
    turns: turnLines(events.filter((event) => !isBleed(event))),
    bleeding: turnLines(events.filter(isBleed)),
  };
}

const farTurns = FAR.map(([start, end]) => ['assistant', start, end, false]);

describe('the far side, heard in the microphone, is nobody’s turn there and interrupts nobody', () => {
  test.for(
    [-3, -10, -20, -30].flatMap((decibels) =>
      [0.01, 0.12, 0.45].map((delaySeconds) => ({ decibels, delaySeconds })),
    ),
  )('$decibels dB, $delaySeconds s later', (loudspeaker) => {
    for (const ringingSeconds of [0, 0.3, 0.6]) {
      const { turns, bleeding } = turnsWith([], { ...loudspeaker, ringingSeconds });
      expect(turns, `ringing for ${ringingSeconds} s`).toEqual(farTurns);
      expect(bleeding.map(([role, , , interrupted]) => [role, interrupted])).toEqual(
        FAR.map(() => ['user', false]),
      );
    }
  });

  test.for([-3, 3, 8])('where its track arrives %i s later', (lagSeconds) => {
    expect(turnsWith([], { decibels: -15, ringingSeconds: 0.3 }, lagSeconds).turns).toEqual(farTurns);
  });
});

describe('who speaks while the far side does is heard', () => {
  const own: readonly Bounds[] = [
    [2.5, 5],
    [9.2, 10.2],
  ];
  const wanted = [
    ['assistant', 1, 4, true],
    ['user', 2.5, 5, false],
    ['assistant', 6, 8.5, false],
    ['user', 9.2, 10.2, false],
    ['assistant', 11, 12.4, false],
  ];

  test('with headphones', () => {
    const { turns, bleeding } = turnsWith(own);
    expect(turns).toEqual(wanted);
    expect(bleeding).toEqual([]);
  });

  test.for([-12, -20, -30])('and in a room, where the far side is heard at %i dB', (decibels) => {
    const { turns, bleeding } = turnsWith(own, { decibels, ringingSeconds: 0.3 });
    expect(turns.map(([role, , , interrupted]) => [role, interrupted])).toEqual(
      wanted.map(([role, , , interrupted]) => [role, interrupted]),
    );
    for (const [index, [, start, end]] of turns.entries()) {
      expect(Math.abs(start - Number(wanted[index]?.[1]))).toBeLessThan(0.15);
      expect(Math.abs(end - Number(wanted[index]?.[2]))).toBeLessThan(0.15);
    }
    // Where the room rings on into a voice of its own, both are one turn there.
    expect(bleeding.length).toBeGreaterThan(0);
  });

  test('all the time, and says something else', () => {
    const { turns, bleeding } = turnsWith(FAR);
    expect(turns.filter(([role]) => role === 'user')).toHaveLength(FAR.length);
    expect(bleeding).toEqual([]);
  });
});
