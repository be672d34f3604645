/** The bottom of the scale. The room noise of a good microphone is a little above. */
export const FLOOR_DECIBELS = -60;
const HOLD_MS = 1500;
const FALL_DECIBELS_PER_SECOND = 20;
const CLIP_LIGHT_MS = 3000;

export function toDecibels(linear: number): number {
  return linear <= 0 ? FLOOR_DECIBELS : Math.max(FLOOR_DECIBELS, Math.min(0, 20 * Math.log10(linear)));
}

/** 0 at the bottom of the scale, 1 at full scale. */
export function toScale(decibels: number): number {
  return 1 - decibels / FLOOR_DECIBELS;
}

/** The highest recent level: held until it can be read, then falling. In decibels; time is passed in. */
export function createPeakHold() {
  let held = FLOOR_DECIBELS;
  let heldAtMs = 0;
  return (decibels: number, nowMs: number): number => {
    const fallenMs = Math.max(0, nowMs - heldAtMs - HOLD_MS);
    const now = Math.max(FLOOR_DECIBELS, held - (fallenMs / 1000) * FALL_DECIBELS_PER_SECOND);
    if (decibels >= now) {
      held = decibels;
      heldAtMs = nowMs;
      return decibels;
    }
    return now;
  };
}

/** Stays on after a clipped reading, so that the user sees it a moment later. */
export function createClipLight() {
  let litUntilMs = -1;
  return (clipped: boolean, nowMs: number): boolean => {
    if (clipped) litUntilMs = nowMs + CLIP_LIGHT_MS;
    return nowMs < litUntilMs;
  };
}
