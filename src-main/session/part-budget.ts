import type { Limits } from '../contract/limits.ts';

/** A limit that ends a part. */
export type PartLimit = 'TOTAL_SIZE_LIMIT' | 'DURATION_LIMIT';

/** How full a part is when its user is told, once each. */
const WARN_AT = [0.8, 0.95] as const;

export interface PartBudget {
  /** How many of the next `frames` of a track at `position` still fit, and which limit cuts the rest off. */
  fit(position: number, frames: number): { readonly frames: number; readonly limit?: PartLimit };
  /** Counts frames as used. Returns the share reached where that is news for the user. */
  use(frames: number, newPosition: number): number | undefined;
  readonly totalBytes: number;
}

/**
 * What one part may still take, counted in wire bytes over all tracks and in frames of the longest track.
 * @param wireFrameBytes bytes of one frame as it is received.
 */
export function createPartBudget(limits: Limits, sampleRate: number, wireFrameBytes: number): PartBudget {
  const maxFrames = Math.floor(limits.maxDurationSeconds * sampleRate);
  let totalBytes = 0;
  let longestFrames = 0;
  let told = 0;
  return {
    fit(position, frames) {
      const byDuration = Math.max(0, maxFrames - position);
      const bySize = Math.max(0, Math.floor((limits.maxTotalBytes - totalBytes) / wireFrameBytes));
      if (frames <= byDuration && frames <= bySize) return { frames };
      return bySize < byDuration
        ? { frames: bySize, limit: 'TOTAL_SIZE_LIMIT' }
        : { frames: byDuration, limit: 'DURATION_LIMIT' };
    },
    use(frames, newPosition) {
      totalBytes += frames * wireFrameBytes;
      longestFrames = Math.max(longestFrames, newPosition);
      const share = Math.max(totalBytes / limits.maxTotalBytes, longestFrames / maxFrames);
      const threshold = WARN_AT[told];
      if (threshold === undefined || share < threshold) return undefined;
      while (told < WARN_AT.length && share >= (WARN_AT[told] ?? Infinity)) told++;
      return WARN_AT[told - 1];
    },
    get totalBytes() {
      return totalBytes;
    },
  };
}
