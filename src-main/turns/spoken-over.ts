/** Somebody's own voice, or the other side out of a loudspeaker. */
export type Origin = 'own' | 'bleed' | 'undecided';

/** A stretch of one side's voice, as far as it is known. */
export interface SpokenTurn {
  readonly turnId: string;
  /** Later than it was told of, where at first only the other side was heard. */
  startFrame: number;
  /** The end of its latest voice. */
  voicedUntil: number;
  /** No more voice will be added. */
  ended: boolean;
  /** Whose voice it is: undecided until enough of both sides has been heard. */
  origin: Origin;
  /** Its origin will not change any more. */
  isDecided: boolean;
  /** Where its voice began, whosever it was. */
  readonly heardFrom: number;
  /** How much of it there was when its origin was last looked at. */
  lookedFrames: number;
  /** Known for certain, before all of it is known. */
  spokenOver: boolean;
}

/** What is known of one side by the frames heard so far. */
export interface OtherSide {
  readonly turns: readonly SpokenTurn[];
  /** Voices that begin before this frame are all known. */
  readonly decidedFrame: number;
}

export type Verdict = 'spoken over' | 'undisturbed' | 'undecided';

/**
 * Voices that overlap by less did not disturb each other. Both bounds of an overlap are found with an error of up to
 * 60 ms, and people who take turns smoothly overlap by up to a tenth of a second (Heldner and Edlund 2010, "Pauses,
 * gaps and overlaps in conversations", J. Phonetics 38).
 */
const OVERLAP_SECONDS = 0.15;
/**
 * "Mhm", "yes": who is listened to goes on. A word so short that the other voice does not stop for it is a turn of its
 * own, so that its text has a place, and interrupts nobody.
 */
const BACKCHANNEL_SECONDS = 0.5;

/** Decides whether somebody began to speak over a turn. */
export interface Judge {
  /** For one turn of the other side. */
  compare(turn: SpokenTurn, other: SpokenTurn): Verdict;
  /** For everything that the other side has said, once it has been heard so far. */
  judge(turn: SpokenTurn, side: OtherSide): Verdict;
}

export function createJudge(sampleRate: number): Judge {
  const overlap = OVERLAP_SECONDS * sampleRate;
  const backchannel = BACKCHANNEL_SECONDS * sampleRate;

  const compare: Judge['compare'] = (turn, other) => {
    const { startFrame, voicedUntil, origin } = other;
    // Out of the loudspeaker it is this turn itself.
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
