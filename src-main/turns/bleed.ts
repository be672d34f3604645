import type { BandHistory } from './band-history.ts';
import { LEAST_CORRELATION, createAcousticPaths, LATEST_HOPS, type AcousticPath } from './acoustic-path.ts';

/** In a short stretch, two voices may correlate by chance. */
const LEAST_CORRELATION_IF_SHORT = 0.75;
const LONG_HOPS = 150;
const SHORTEST_HOPS = 25;
/** A shorter stretch is not cut off a turn, and says nothing certain about the room. */
const CLEAR_HOPS = 60;
/** A hop has a voice of its own where this share of the bands exceeds the echo by this much. */
const OWN_DECIBELS = 8;
const OWN_SHARE = 1 / 3;
/** A voice of its own has this many such hops within this many. */
const OWN_HOPS = 8;
const OWN_WITHIN = 20;

/** The content of a stretch of the microphone's track. Bounds are hops, the last one excluded. */
export type Heard =
  | { readonly kind: 'bleed' | 'unclear' }
  | { readonly kind: 'own'; readonly from: number; readonly to: number };

/** Decides whether a microphone heard only the other side, from a loudspeaker. */
export interface BleedDetector {
  assess(fromHop: number, toHop: number): Heard;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

export function createBleedDetector(near: BandHistory, far: BandHistory): BleedDetector {
  const paths = createAcousticPaths(near, far);
  /** The delay measured while only the other side spoke. */
  let knownDelay: number | undefined;
  /** True for hops with more than the echo of the other side. */
  const ownHops = ({ delay, gains }: AcousticPath, from: number, to: number): boolean[] => {
    const exceeding = new Uint8Array(to - from);
    for (const { band, decibels } of gains) {
      const played = paths.ringing(band, delay, from, to);
      for (let index = 0; index < played.length; index++) {
        const expected = Math.max((played[index] ?? 0) + decibels, near.noise(from + index, band) + 3);
        if (near.level(from + index, band) > expected + OWN_DECIBELS)
          exceeding[index] = (exceeding[index] ?? 0) + 1;
      }
    }
    return Array.from(exceeding, (count) => count >= gains.length * OWN_SHARE);
  };

  /** From the first run of such hops to the last; undefined where there is none. */
  const ownStretch = (room: AcousticPath, from: number, to: number): Stretch | undefined => {
    const own = ownHops(room, from, to);
    let first: number | undefined;
    let last = 0;
    let count = 0;
    for (let index = 0; index < own.length; index++) {
      if (own[index] === true) count++;
      if (own[index - OWN_WITHIN] === true) count--;
      if (count < OWN_HOPS || own[index] !== true) continue;
      first ??= own.indexOf(true, Math.max(0, index - OWN_WITHIN + 1));
      last = index + 1;
    }
    return first === undefined ? undefined : { from: from + first, to: from + last };
  };

  /** Only the echo of the other side, for long enough to exclude chance. */
  const isBleed = (room: AcousticPath, own: Stretch | undefined, { from, to }: Stretch): boolean => {
    const enough = to - from < LONG_HOPS ? LEAST_CORRELATION_IF_SHORT : LEAST_CORRELATION;
    if (own !== undefined || room.correlation < enough) return false;
    if (to - from >= CLEAR_HOPS) knownDelay = room.delay;
    return true;
  };

  const holdsBleedOnly = (from: number, to: number): boolean => {
    const room = to - from < CLEAR_HOPS ? undefined : paths.measure(from, to, knownDelay);
    return room !== undefined && isBleed(room, ownStretch(room, from, to), { from, to });
  };

  return {
    assess(fromHop, toHop) {
      const forgotten = far.earliest === 0 ? 0 : far.earliest + LATEST_HOPS;
      const from = Math.max(fromHop, near.earliest, forgotten);
      const to = Math.min(toHop, near.latest + 1);
      const whole = { kind: 'own', from: fromHop, to: toHop } as const;
      const room = to - from < SHORTEST_HOPS ? undefined : paths.measure(from, to, knownDelay);
      if (room === undefined) return whole;
      const own = ownStretch(room, from, to);
      if (isBleed(room, own, { from, to })) return { kind: 'bleed' };
      if (own === undefined) return { kind: 'unclear' };
      // The echo alone may come before and after a voice of its own.
      const start = holdsBleedOnly(from, own.from) ? own.from : fromHop;
      const end = holdsBleedOnly(own.to, to) ? own.to : toHop;
      return { kind: 'own', from: start, to: end };
    },
  };
}
