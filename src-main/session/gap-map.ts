import type { Track } from '../contract/audio-format.ts';
import type { Gap, GapCause, UnlistedGaps } from '../contract/capture-report.ts';

/**
 * Stretches that a part lists one by one. A source that loses something every second makes 3,600 an hour; they are
 * written down as often, and must not grow memory, `session.json` and the catalog without end.
 */
export const MAX_LISTED_GAPS = 1000;

/** What explains nothing that "no data" did not say; any other cause that comes later explains all of the hole. */
const UNKNOWN_CAUSES: ReadonlySet<GapCause> = new Set<GapCause>(['no_data', 'missing_chunks', 'ended']);

/** What is missing from one part, and where. */
export interface GapMap {
  /** Notes silence in place of audio, joined to the stretch before it where they touch. */
  addSilence(track: Track, startFrame: number, frames: number, cause: GapCause): void;
  /** Notes a hole that is not filled. */
  addJump(track: Track, atFrame: number, frames: number, cause: GapCause): void;
  /** Says that a track's frames before `frame` are in its file, and will not be taken back. */
  settle(track: Track, frame: number): void;
  /** Takes back what a track has from `frame` on, and says how many frames of that were silence. */
  cutBack(track: Track, frame: number): number;
  /** The first thousand. */
  readonly listed: readonly Gap[];
  /** What is known of the others; undefined where there are none. */
  unlisted(track: Track): UnlistedGaps | undefined;
}

export function createGapMap(): GapMap {
  let gaps: Gap[] = [];
  const settledFrames = new Map<Track, number>();
  const folded = new Map<Track, UnlistedGaps>();

  const isSettled = (gap: Gap): boolean =>
    gap.unfilled === true || gap.start_frame + gap.frames <= (settledFrames.get(gap.track) ?? 0);

  /** Only counts are kept of what is beyond the list; of what may still be taken back, the place too. */
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
