import type { MutedStretch, UnlistedMuted } from '../contract/capture-report.ts';

/** Stretches that a part lists one by one. */
export const MAX_LISTED_MUTED = 1000;

/** Where one track of one part is all digital zeros for so long that its microphone was muted or dead. */
export interface MutedStretches {
  /** Takes the next audio of the track. `startFrame` is its place in the part, where the last one ended. */
  observe(pcm: Uint8Array, startFrame: number): void;
  /** Our own silence, or a hole, comes next: that is a gap, and ends the stretch. */
  interrupt(): void;
  /** Sets how many zeros came directly before the part. Call it first. */
  carryOn(zeroFrames: number): void;
  /** Removes what the track has from `frame` on. */
  cutBack(frame: number): void;
  /** Zeros at the end so far, those directly before the part included. */
  readonly zeroFrames: number;
  /** True where there is something new since the last `noted`: a new stretch, an ended one, or a much longer one. */
  readonly isNews: boolean;
  noted(): void;
  /** The first thousand. */
  readonly listed: readonly MutedStretch[];
  /** Totals of the others; undefined where there are none. */
  readonly unlisted: UnlistedMuted | undefined;
}

export interface MutedStretchesOptions {
  /** Bytes of a frame, all channels: a frame is zero only where every channel is. */
  readonly frameBytes: number;
  /** Zeros that make a stretch, also across the ends of parts. */
  readonly leastFrames: number;
  /** How much longer a stretch must be to be reported again. */
  readonly noteFrames: number;
}

/** A run of zeros that may continue. */
interface Run {
  readonly start: number;
  end: number;
  /** Zeros directly before the part. */
  readonly before: number;
  /** Set once it is long enough. */
  stretch?: MutedStretch | undefined;
}

export function createMutedStretches(options: MutedStretchesOptions): MutedStretches {
  const { frameBytes, leastFrames, noteFrames } = options;
  // Unlimited: a part of an hour has no room for more than 1200.
  let stretches: MutedStretch[] = [];
  let run: Run | undefined;
  let news = false;
  let notedEnd = 0;

  const extend = (from: number, to: number): void => {
    if (to === from) return;
    run ??= { start: from, end: from, before: 0 };
    run.end = to;
    if (run.before + to - run.start < leastFrames) return;
    if (run.stretch === undefined) {
      run.stretch = { start_frame: run.start, frames: 0 };
      stretches.push(run.stretch);
      news = true;
    }
    run.stretch.frames = to - run.start;
    news ||= to - notedEnd >= noteFrames;
  };

  const end = (): void => {
    news ||= run?.stretch !== undefined && run.end > notedEnd;
    run = undefined;
  };

  return {
    observe(pcm, startFrame) {
      const frames = pcm.byteLength / frameBytes;
      let sound = firstSound(pcm, 0, frameBytes);
      extend(startFrame, startFrame + sound);
      while (sound < frames) {
        end();
        // Any stretch that is long enough, or reaches the end of this audio, contains this frame.
        const probed = Math.min(sound + leastFrames, frames - 1);
        const last = lastSound(pcm, sound + 1, probed, frameBytes);
        if (last !== undefined) {
          sound = last;
          continue;
        }
        const next = firstSound(pcm, probed + 1, frameBytes);
        extend(startFrame + sound + 1, startFrame + next);
        sound = next;
      }
    },
    interrupt: end,
    carryOn(zeroFrames) {
      run = zeroFrames === 0 ? undefined : { start: 0, end: 0, before: zeroFrames };
    },
    cutBack(frame) {
      for (const stretch of stretches)
        stretch.frames = Math.max(0, Math.min(stretch.frames, frame - stretch.start_frame));
      stretches = stretches.filter(({ frames }) => frames > 0);
      notedEnd = Math.min(notedEnd, frame);
      if (run !== undefined && frame >= run.end) return;
      const stretch = stretches.at(-1);
      const reaches = stretch !== undefined && stretch.start_frame + stretch.frames === frame;
      if (run !== undefined && frame >= run.start)
        run = { ...run, end: frame, stretch: reaches ? stretch : undefined };
      else run = reaches ? { start: stretch.start_frame, end: frame, before: 0, stretch } : undefined;
    },
    get zeroFrames() {
      return run === undefined ? 0 : run.before + run.end - run.start;
    },
    get isNews() {
      return news;
    },
    noted() {
      news = false;
      notedEnd = run?.end ?? notedEnd;
    },
    get listed() {
      return stretches.slice(0, MAX_LISTED_MUTED).map((stretch) => ({ ...stretch }));
    },
    get unlisted() {
      const others = stretches.slice(MAX_LISTED_MUTED);
      if (others.length === 0) return undefined;
      return { stretches: others.length, frames: others.reduce((sum, { frames }) => sum + frames, 0) };
    },
  };
}

/** The first frame from `from` on that is not zero; the number of frames where there is none. */
function firstSound(pcm: Uint8Array, from: number, frameBytes: number): number {
  let at = from * frameBytes;
  while (at < pcm.byteLength && pcm[at] === 0) at++;
  return Math.floor(at / frameBytes);
}

/** The last frame between `from` and `to`, both included, that is not zero. */
function lastSound(pcm: Uint8Array, from: number, to: number, frameBytes: number): number | undefined {
  let at = (to + 1) * frameBytes - 1;
  while (at >= from * frameBytes && pcm[at] === 0) at--;
  return at < from * frameBytes ? undefined : Math.floor(at / frameBytes);
}
