import type { Track } from '../../../src-main/contract/audio-format.ts';
import type { TurnDetector, TurnEvent } from '../../../src-main/session/ports.ts';
import { createTurnDetector } from '../../../src-main/turns/turn-detector.ts';
import { vowels } from '../../support/sound/vowels.ts';

export const RATE = 8000;

type Bounds = readonly [start: number, end: number];

/** An event, and how much of the recording had been heard when it was told, in seconds. */
export type Told = TurnEvent & { readonly heardSeconds: number };

/** A turn as a test writes it: role, seconds of its bounds, and whether it was interrupted. */
export type TurnLine = readonly [role: Track, start: number, end: number, interrupted: boolean];

export interface TwoSidesOptions {
  readonly seconds: number;
  readonly user?: readonly Bounds[];
  readonly assistant?: readonly Bounds[];
  /** By how much the assistant's audio arrives after the user's of the same time; before it where negative. */
  readonly lagSeconds?: number;
  readonly chunkSeconds?: number;
}

/** Feeds both sides to a detector as they would arrive; `during` may say more to it. */
export function hearTwoSides(
  { seconds, user = [], assistant = [], lagSeconds = 0, chunkSeconds = 0.1 }: TwoSidesOptions,
  during: (detector: TurnDetector, heardSeconds: number) => readonly TurnEvent[] = () => [],
): { readonly detector: TurnDetector; readonly told: Told[] } {
  let ids = 0;
  const detector = createTurnDetector({
    sampleRate: RATE,
    channels: 1,
    tracks: ['user', 'assistant'],
    newId: () => `turn ${++ids}`,
  });
  const spoken = { user: speech(seconds, user, 120, 1), assistant: speech(seconds, assistant, 190, 1.6) };
  const chunk = Math.round(chunkSeconds * RATE);
  const arrivals = (['user', 'assistant'] as const)
    .flatMap((track) =>
      Array.from({ length: Math.ceil((seconds * RATE) / chunk) }, (_, index) => ({
        track,
        startFrame: index * chunk,
        at: index * chunk + (track === 'assistant' ? lagSeconds * RATE : 0),
      })),
    )
    .toSorted((a, b) => a.at - b.at);
  const told: Told[] = [];
  let heard = 0;
  for (const { track, startFrame } of arrivals) {
    const samples = spoken[track].slice(startFrame, startFrame + chunk);
    heard = Math.max(heard, (startFrame + samples.length) / RATE);
    const events = [
      ...detector.audio(track, startFrame, new Uint8Array(samples.buffer)),
      ...during(detector, heard),
    ];
    told.push(...events.map((event) => ({ ...event, heardSeconds: heard })));
  }
  return { detector, told };
}

/** The turns that have ended, by start, to a tenth of a second. */
export function turnLines(events: readonly TurnEvent[]): TurnLine[] {
  return events
    .flatMap((event) => (event.type === 'ended' ? [event] : []))
    .toSorted((a, b) => a.startFrame - b.startFrame)
    .map(({ role, startFrame, endFrame, interrupted }) => [
      role,
      Math.round((startFrame / RATE) * 10) / 10,
      Math.round((endFrame / RATE) * 10) / 10,
      interrupted,
    ]);
}

function speech(seconds: number, spans: readonly Bounds[], pitch: number, pace: number): Int16Array {
  return vowels({ rate: RATE, seconds, pitch, pace, spans: spans.map(([start, end]) => ({ start, end })) });
}
