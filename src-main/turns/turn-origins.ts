import type { BandHistory } from './band-history.ts';
import { createBleedDetector } from './bleed.ts';
import type { SpokenTurn } from './spoken-over.ts';

/** An ongoing turn is examined at this length, and whenever its length has doubled. */
const FIRST_LOOK_SECONDS = 1;
/** This much of a voice of its own makes an ongoing turn the speaker's own. */
const LEAST_OWN_SECONDS = 0.6;
/** The other side may be heard in the loudspeaker this much earlier than its track shows. */
const AHEAD_SECONDS = 0.1;

/** Decides whether turns of the microphone are the speaker's own, or the other side from a loudspeaker. */
export interface TurnOrigins {
  /** Examines a turn again where that may show more than before. Both sides are known up to `heardFrame`. */
  look(turn: SpokenTurn, heardFrame: number): void;
  /** Makes the final decision. */
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
    // In doubt it is a turn: a repeated turn is better than a lost one.
    turn.origin = heard.kind === 'bleed' ? 'bleed' : 'own';
    if (heard.kind !== 'own') return;
    // The other side alone, before and after a voice of its own, is not part of the turn.
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
      // One word is not enough evidence: the rest of the turn may be the other side again.
      if (heard.kind !== 'own' || (heard.to - heard.from) * hopFrames < LEAST_OWN_SECONDS * sampleRate)
        return;
      // A turn that begins as the other side's voice and continues as the speaker's own is reported from here on.
      turn.origin = 'own';
      turn.startFrame = Math.max(turn.heardFrom, heard.from * hopFrames);
    },
  };
}
