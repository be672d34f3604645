import type { Limits } from '../contract/limits.ts';

/** Why a part ends: a limit of the protocol, or the length that the user set. */
export type PartEnd = 'TOTAL_SIZE_LIMIT' | 'DURATION_LIMIT' | 'SPLIT';

/** How full a part is when its user is warned, once each. */
const WARN_AT = [0.8, 0.95] as const;

export interface PartBudgetOptions {
  readonly limits: Limits;
  readonly sampleRate: number;
  /** Bytes of one frame as it is received. */
  readonly wireFrameBytes: number;
  /** The length of a part that the user set; Infinity for none. */
  readonly splitFrames: number;
}

export interface PartBudget {
  /** How many of the next `frames` of a track at `position` still fit, and which limit cuts off the rest. */
  fit(position: number, frames: number): { readonly frames: number; readonly end?: PartEnd };
  /** Counts frames as used. Returns the share reached where the user must be warned. */
  use(frames: number, newPosition: number): number | undefined;
  readonly totalBytes: number;
}

/** The room left in one part, counted in wire bytes over all tracks and in frames of the longest track. */
export function createPartBudget(options: PartBudgetOptions): PartBudget {
  const { limits, sampleRate, wireFrameBytes, splitFrames } = options;
  const maxFrames = Math.floor(limits.maxDurationSeconds * sampleRate);
  let totalBytes = 0;
  let longestFrames = 0;
  let reported = 0;

  const nearestEnd = (position: number): { readonly frames: number; readonly end: PartEnd } => {
    const ends = [
      { frames: splitFrames - position, end: 'SPLIT' },
      { frames: maxFrames - position, end: 'DURATION_LIMIT' },
      { frames: Math.floor((limits.maxTotalBytes - totalBytes) / wireFrameBytes), end: 'TOTAL_SIZE_LIMIT' },
    ] as const;
    const { frames, end } = ends.reduce((nearest, other) =>
      other.frames < nearest.frames ? other : nearest,
    );
    return { frames: Math.max(0, frames), end };
  };

  return {
    fit(position, frames) {
      const nearest = nearestEnd(position);
      return frames <= nearest.frames ? { frames } : nearest;
    },
    use(frames, newPosition) {
      totalBytes += frames * wireFrameBytes;
      longestFrames = Math.max(longestFrames, newPosition);
      // The user asked for the split, so only the limits are worth a warning.
      if (splitFrames < maxFrames) return undefined;
      const share = Math.max(totalBytes / limits.maxTotalBytes, longestFrames / maxFrames);
      const threshold = WARN_AT[reported];
      if (threshold === undefined || share < threshold) return undefined;
      while (reported < WARN_AT.length && share >= (WARN_AT[reported] ?? Infinity)) reported++;
      return WARN_AT[reported - 1];
    },
    get totalBytes() {
      return totalBytes;
    },
  };
}
