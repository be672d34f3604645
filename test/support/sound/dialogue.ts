import type { Side, Track } from '../../../src-main/contract/audio-format.ts';
import { trueTurns } from './heard-turns.ts';
import { whiteNoiseOf } from './noise.ts';
import { createScene, type PlacedUtterance } from './scene.ts';

/** Something that somebody says in a script. */
export interface Line extends PlacedUtterance {
  readonly role: Side;
  /** The other side begins to speak over it. */
  readonly interrupted?: true;
}

/** A turn as it really was. */
export interface TrueTurn {
  readonly role: Track;
  readonly start: number;
  readonly end: number;
  readonly interrupted: boolean;
}

export interface Dialogue {
  readonly rate: number;
  readonly seconds: number;
  readonly tracks: Readonly<Record<Side, Int16Array>>;
  /** By their start. */
  readonly turns: readonly TrueTurn[];
}

export interface DialogueOptions {
  readonly rate: number;
  /** Of both tracks. */
  readonly seconds: number;
  /** The room, in decibels of full scale. */
  readonly noiseDecibels?: number;
  /** A pause up to this long does not end a turn. */
  readonly pauseSeconds?: number;
}

const VOICES: Readonly<Record<Side, Pick<PlacedUtterance, 'voice' | 'pitch'>>> = {
  user: { voice: 'en-us+m3', pitch: 40 },
  assistant: { voice: 'en-gb+f2', pitch: 60 },
};

/** Seeds: each side has a room of its own. */
const ROOMS: Readonly<Record<Side, number>> = { user: 1, assistant: 2 };

/**
 * Speaks a script, each role on a track and with a voice of its own: the same samples every time. When each turn was is
 * known from where its speech was laid.
 */
export function createDialogue(script: readonly Line[], options: DialogueOptions): Dialogue {
  const { rate, seconds, noiseDecibels = -66, pauseSeconds = 0.6 } = options;
  const sideOf = (role: Side) => {
    const lines = script.filter((line) => line.role === role);
    const speech = lines.map((line) => ({ ...VOICES[role], ...line }));
    const scene = createScene({ rate, seconds, speech, noise: whiteNoiseOf(ROOMS[role]), noiseDecibels });
    const turns = trueTurns(scene, pauseSeconds).map(({ start, end }) => ({
      role,
      start,
      end,
      interrupted: lines.some(
        (line) => line.interrupted === true && line.startSeconds >= start - 0.05 && line.startSeconds < end,
      ),
    }));
    return { samples: scene.samples, turns };
  };
  const user = sideOf('user');
  const assistant = sideOf('assistant');
  return {
    rate,
    seconds,
    tracks: { user: user.samples, assistant: assistant.samples },
    turns: [...user.turns, ...assistant.turns].toSorted((a, b) => a.start - b.start),
  };
}

/** What a role says in a script at about this moment. */
export function lineAt(script: readonly Line[], role: Track, seconds: number): Line {
  const [nearest] = script
    .filter((line) => line.role === role)
    .toSorted((a, b) => Math.abs(a.startSeconds - seconds) - Math.abs(b.startSeconds - seconds));
  if (nearest === undefined) throw new Error(`${role} says nothing in this script`);
  return nearest;
}
