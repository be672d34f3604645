/** Somebody's own voice, or the other side out of a loudspeaker. */
export type Origin = 'own' | 'bleed' | 'undecided';

/** A stretch of one side's voice, as far as it has been heard. */
export interface SpokenTurn {
  readonly turnId: string;
  /** Later than first reported, where at first only the other side was heard. */
  startFrame: number;
  /** The end of its latest voice. */
  voicedUntil: number;
  /** No more voice will be added. */
  ended: boolean;
  /** Whose voice it is: undecided until enough of both sides has been heard. */
  origin: Origin;
  /** Its origin is final. */
  isDecided: boolean;
  /** Where its voice began, of whichever side. */
  readonly heardFrom: number;
  /** Its length when its origin was last examined. */
  lookedFrames: number;
  /** Set as soon as it is certain, which may be before the turn has ended. */
  spokenOver: boolean;
}

/** The state of one side after the frames heard so far. */
export interface OtherSide {
  readonly turns: readonly SpokenTurn[];
  /** All voices that begin before this frame are known. */
  readonly decidedFrame: number;
}

export type Verdict = 'spoken over' | 'undisturbed' | 'undecided';

/**
 * Voices that overlap by less did not disturb each other. Both bounds of an overlap have an error of up to 60 ms, and
 * people who take turns smoothly overlap by up to a tenth of a second (Heldner and Edlund 2010, "Pauses, gaps and
 * overlaps in conversations", J. Phonetics 38).
 */
const OVERLAP_SECONDS = 0.15;
/**
 * Backchannels such as "mhm" and "yes": the main speaker goes on. A word so short that the other voice does not stop
 * for it is a turn of its own, so that its text has a place, but interrupts nobody.
 */
const BACKCHANNEL_SECONDS = 0.5;

/** Decides whether a turn was interrupted by somebody who began to speak. */
export interface Judge {
  /** For one turn of the other side. */
  compare(turn: SpokenTurn, other: SpokenTurn): Verdict;
  /** Compares with everything that the other side has said, once its audio has reached that point. */
  judge(turn: SpokenTurn, side: OtherSide): Verdict;
}

export function createJudge(sampleRate: number): Judge {
  const overlap = OVERLAP_SECONDS * sampleRate;
  const backchannel = BACKCHANNEL_SECONDS * sampleRate;

  const compare: Judge['compare'] = (turn, other) => {
    const { startFrame, voicedUntil, origin } = other;
    // An echo is the sound of this turn itself.
    if (origin === 'bleed') return 'undisturbed';
    if (startFrame >= turn.voicedUntil - overlap) return turn.ended ? 'undisturbed' : 'undecided';
    if (origin === 'undecided' && voicedUntil > turn.startFrame + overlap) return 'undecided';
    if (startFrame <= turn.startFrame + overlap) return 'undisturbed';
    if (voicedUntil - startFrame >= backchannel) return 'spoken over';
    if (!other.ended) return 'undecided';
    if (turn.voicedUntil > voicedUntil + overlap) return 'undisturbed';
    return turn.ended ? 'spoken over' : 'undecided';
  };

  return {
    compare,
    judge(turn, { turns, decidedFrame }) {
      const verdicts = turns.map((other) => compare(turn, other));
      if (turn.spokenOver || verdicts.includes('spoken over')) return 'spoken over';
      if (verdicts.includes('undecided') || decidedFrame < turn.voicedUntil - overlap) return 'undecided';
      return 'undisturbed';
    },
  };
}
