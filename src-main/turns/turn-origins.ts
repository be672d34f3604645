import type { BandHistory } from './band-history.ts';
import { createBleedDetector } from './bleed.ts';
import type { SpokenTurn } from './spoken-over.ts';

/** A turn that goes on is looked at when it is so long, and whenever it has become twice as long. */
const FIRST_LOOK_SECONDS = 1;
/** So much of a voice of its own makes a turn that goes on somebody's own. */
const LEAST_OWN_SECONDS = 0.6;
/** The other side may be heard earlier in the loudspeaker than its track says, by so much. */
const AHEAD_SECONDS = 0.1;

/** Decides whether turns of the microphone are somebody's own, or the other side out of a loudspeaker. */
export interface TurnOrigins {
  /** Looks at a turn again where that may tell more than before. Both sides are known up to `heardFrame`. */
  look(turn: SpokenTurn, heardFrame: number): void;
  /** Decides by what is known. */
  decide(turn: SpokenTurn): void;
}

export interface TurnOriginsOptions {
  readonly near: BandHistory;
  readonly far: BandHistory;
  readonly hopFrames: number;
  readonly sampleRate: number;
}

export function createTurnOrigins({ near, far, hopFrames, sampleRate }: TurnOriginsOptions): TurnOrigins {
  const bleed = createBleedDetector(near, far);
  const hopOf = (frame: number): number => Math.round(frame / hopFrames);

  const decide = (turn: SpokenTurn): void => {
    turn.isDecided = true;
    const heard = bleed.assess(hopOf(turn.heardFrom), hopOf(turn.voicedUntil));
    // In doubt somebody spoke: better a turn twice than one lost.
    turn.origin = heard.kind === 'bleed' ? 'bleed' : 'own';
    if (heard.kind !== 'own') return;
    // The other side alone, before and after a voice of its own, is no part of the turn.
    turn.startFrame = Math.max(turn.heardFrom, Math.min(turn.voicedUntil, heard.from * hopFrames));
    turn.voicedUntil = Math.min(turn.voicedUntil, Math.max(turn.startFrame, heard.to * hopFrames));
  };

  return {
    decide,
    look(turn, heardFrame) {
      const known = heardFrame - AHEAD_SECONDS * sampleRate;
      if (turn.isDecided) return;
      if (turn.ended) {
        if (known >= turn.voicedUntil) decide(turn);
        return;
      }
      const until = Math.min(known, turn.voicedUntil);
      const lookAt = Math.max(turn.lookedFrames * 2, FIRST_LOOK_SECONDS * sampleRate);
      if (until - turn.heardFrom < lookAt) return;
      turn.lookedFrames = until - turn.heardFrom;
      const heard = bleed.assess(hopOf(turn.heardFrom), hopOf(until));
      // A word is not enough to tell by: it may be the other side again for the rest of the turn.
      if (heard.kind !== 'own' || (heard.to - heard.from) * hopFrames < LEAST_OWN_SECONDS * sampleRate)
        return;
      // What begins as the other side's voice and goes on as one's own is told from here on.
      turn.origin = 'own';
      turn.startFrame = Math.max(turn.heardFrom, heard.from * hopFrames);
    },
  };
}
