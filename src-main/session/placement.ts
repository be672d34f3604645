import type { Placement } from './timeline.ts';

/** A stretch of a placement, from one frame up to another. */
export function slicePlacement(
  placement: Placement,
  from: number,
  to: number,
  bytesPerFrame: number,
): Placement {
  if (from === 0 && to === placement.frames) return placement;
  const frames = to - from;
  return placement.kind !== 'audio'
    ? { ...placement, frames }
    : { ...placement, frames, pcm: placement.pcm.subarray(from * bytesPerFrame, to * bytesPerFrame) };
}

/** The last `frames` of what was placed. */
export function lastFrames(
  placements: readonly Placement[],
  frames: number,
  bytesPerFrame: number,
): Placement[] {
  const tail: Placement[] = [];
  let wanted = frames;
  for (const placement of placements.toReversed()) {
    if (wanted === 0) break;
    const taken = Math.min(wanted, placement.frames);
    tail.unshift(slicePlacement(placement, placement.frames - taken, placement.frames, bytesPerFrame));
    wanted -= taken;
  }
  return tail;
}
