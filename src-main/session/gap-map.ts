import type { Track } from '../contract/audio-format.ts';
import type { Gap, GapCause, UnlistedGaps } from '../contract/capture-report.ts';

/**
 * The most gaps that a part lists. A source that loses something every second makes 3,600 an hour; each is stored, so
 * memory, `session.json` and the catalog would grow without end.
 */
export const MAX_LISTED_GAPS = 1000;

/** Causes that say no more than "no data"; any other cause that comes later replaces them for the whole hole. */
const UNKNOWN_CAUSES: ReadonlySet<GapCause> = new Set<GapCause>(['no_data', 'missing_chunks', 'ended']);

/** What is missing from one part, and where. */
export interface GapMap {
  /** Adds silence in place of audio; joins it to the gap before it where they touch. */
  addSilence(track: Track, startFrame: number, frames: number, cause: GapCause): void;
  /** Adds a hole that is not filled. */
  addJump(track: Track, atFrame: number, frames: number, cause: GapCause): void;
  /** A track's frames before `frame` are in its file and final. */
  settle(track: Track, frame: number): void;
  /** Removes a track's gaps from `frame` on; returns how many of the removed frames were silence. */
  cutBack(track: Track, frame: number): number;
  /** The first thousand. */
  readonly listed: readonly Gap[];
  /** Totals of the others; undefined where there are none. */
  unlisted(track: Track): UnlistedGaps | undefined;
}

export function createGapMap(): GapMap {
  let gaps: Gap[] = [];
  const settledFrames = new Map<Track, number>();
  const folded = new Map<Track, UnlistedGaps>();

  const isSettled = (gap: Gap): boolean =>
    gap.unfilled === true || gap.start_frame + gap.frames <= (settledFrames.get(gap.track) ?? 0);

  /** Beyond the list only counts are kept; while a gap may still be removed, its position too. */
  const fold = (): void => {
    for (let gap = gaps[MAX_LISTED_GAPS]; gap !== undefined && isSettled(gap); gap = gaps[MAX_LISTED_GAPS]) {
      folded.set(gap.track, sum(folded.get(gap.track), gap));
      gaps.splice(MAX_LISTED_GAPS, 1);
    }
  };

  const add = (gap: Gap): void => {
    gaps.push(gap);
    fold();
  };

  return {
    addSilence(track, startFrame, frames, cause) {
      const last = gaps.findLast((gap) => gap.track === track && gap.unfilled !== true);
      const touches = last !== undefined && last.start_frame + last.frames === startFrame;
      if (touches && (last.cause === cause || last.cause === 'no_data')) {
        last.frames += frames;
        if (!UNKNOWN_CAUSES.has(cause)) last.cause = cause;
      } else add({ track, start_frame: startFrame, frames, cause });
    },
    addJump(track, atFrame, frames, cause) {
      add({ track, start_frame: atFrame, frames, cause, unfilled: true });
    },
    settle(track, frame) {
      settledFrames.set(track, frame);
      fold();
    },
    cutBack(track, frame) {
      let silence = 0;
      for (const gap of gaps) {
        if (gap.track !== track || gap.unfilled === true) continue;
        const kept = Math.max(0, Math.min(gap.frames, frame - gap.start_frame));
        silence += gap.frames - kept;
        gap.frames = kept;
      }
      gaps = gaps.filter((gap) => gap.frames > 0);
      return silence;
    },
    get listed() {
      return gaps.slice(0, MAX_LISTED_GAPS).map((gap) => ({ ...gap }));
    },
    unlisted(track) {
      return gaps
        .slice(MAX_LISTED_GAPS)
        .filter((gap) => gap.track === track)
        .reduce<UnlistedGaps | undefined>(sum, folded.get(track));
    },
  };
}

function sum(known: UnlistedGaps | undefined, { frames }: Gap): UnlistedGaps {
  return { gaps: (known?.gaps ?? 0) + 1, frames: (known?.frames ?? 0) + frames };
}
