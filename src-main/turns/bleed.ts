import type { BandHistory } from './band-history.ts';
import { BAND_COUNT } from './spectrum.ts';

/**
 * Between a sound that is played and the same heard by the microphone lie the way through the system and the air: up to
 * 0.5 s with wireless loudspeakers. Below zero is what two clocks may be apart.
 */
const EARLIEST_HOPS = -10;
const LATEST_HOPS = 60;
/** A room rings: what was played goes on to be heard, weaker by so many decibels with each hop (60 dB in 0.4 s). */
const RINGING_DECIBELS = 1.5;
/** Of each band, what is so far below its loudest says nothing about the voice. */
const DYNAMICS_DECIBELS = 30;
/** A band counts where the microphone hears so much more in it than the noise of its place. */
const LEAST_DYNAMICS = 6;
const LEAST_BANDS = 3;
/** How alike both are, 0..1: bleeding speech is above, and two who speak at once are below. */
const ALIKE = 0.55;
/** Where little is heard, two voices can be alike by chance. */
const ALIKE_AT_ONCE = 0.75;
const LONG_HOPS = 150;
const SHORTEST_HOPS = 25;
/** Less is not cut off a turn, and says nothing certain about the room. */
const CLEAR_HOPS = 60;
/** Of longer turns some hops are left out of the search for the delay. */
const MOST_COMPARED_HOPS = 800;
/** How loud the bleeding is, is taken from its quieter part: the louder part may be a voice of the microphone's own. */
const GAIN_QUANTILE = 0.35;
/** In a hop with a voice of its own, so many of the bands exceed what bleeds by so much. */
const OWN_DECIBELS = 8;
const OWN_SHARE = 1 / 3;
/** A voice of its own has so many such hops, within so many. */
const OWN_HOPS = 8;
const OWN_WITHIN = 20;

/** What a stretch of the microphone's track holds. Bounds are hops, the last one excluded. */
export type Heard =
  | { readonly kind: 'bleed' | 'unclear' }
  | { readonly kind: 'own'; readonly from: number; readonly to: number };

/** Tells whether what a microphone heard is nothing but the other side, out of a loudspeaker. */
export interface BleedDetector {
  assess(fromHop: number, toHop: number): Heard;
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

interface Room {
  readonly delay: number;
  readonly alike: number;
  /** Bands that are heard, and by how many decibels the other side is louder or softer in them here. */
  readonly gains: readonly { readonly band: number; readonly decibels: number }[];
}

export function createBleedDetector(near: BandHistory, far: BandHistory): BleedDetector {
  /** Where the loudspeaker was when it was heard alone. */
  let knownDelay: number | undefined;
  /** The loudest that a band gets, a few hops left out, and the noise of its place. */
  const dynamicsOf = (history: BandHistory, band: number, from: number, to: number) => {
    const levels: number[] = [];
    let noise = 0;
    for (let hop = from; hop < to; hop++) {
      levels.push(history.level(hop, band));
      noise += history.noise(hop, band);
    }
    levels.sort((a, b) => a - b);
    return { top: levels[Math.floor(levels.length * 0.95)] ?? -Infinity, noise: noise / levels.length };
  };

  const aliveBands = (from: number, to: number) =>
    Array.from({ length: BAND_COUNT }, (_, band) => {
      const heard = dynamicsOf(near, band, from, to);
      const played = dynamicsOf(far, band, Math.max(0, from - LATEST_HOPS), to - EARLIEST_HOPS);
      // Where nothing is played, nothing bleeds.
      const isPlayed = played.top - played.noise > LEAST_DYNAMICS;
      const range = isPlayed ? Math.min(DYNAMICS_DECIBELS, heard.top - heard.noise - 3) : 0;
      return { band, range, heardFloor: heard.top - range, playedFloor: played.top - range };
    }).filter(({ range }) => range >= LEAST_DYNAMICS);

  /** Correlation of both, band by band, for each delay; the best is where the loudspeaker is. */
  const alignment = (bands: ReturnType<typeof aliveBands>, from: number, to: number) => {
    const length = to - from;
    const step = Math.ceil(length / MOST_COMPARED_HOPS);
    const shifted = length + LATEST_HOPS - EARLIEST_HOPS;
    const sums = Array.from({ length: LATEST_HOPS - EARLIEST_HOPS + 1 }, () => ({ both: 0, ofFar: 0 }));
    let ofNear = 0;
    for (const { band, heardFloor, playedFloor } of bands) {
      const heard = Float64Array.from({ length }, (_, index) =>
        Math.max(0, near.level(from + index, band) - heardFloor),
      );
      const played = Float64Array.from({ length: shifted }, (_, index) =>
        Math.max(0, far.level(from - LATEST_HOPS + index, band) - playedFloor),
      );
      const taken = heard.filter((_, at) => at % step === 0);
      const mean = taken.reduce((sum, value) => sum + value, 0) / taken.length;
      for (const value of taken) ofNear += (value - mean) ** 2;
      for (const [index, sum] of sums.entries()) {
        const offset = LATEST_HOPS - EARLIEST_HOPS - index;
        let total = 0;
        let squares = 0;
        let product = 0;
        for (let at = 0; at < length; at += step) {
          const value = played[at + offset] ?? 0;
          total += value;
          squares += value * value;
          product += value * (heard[at] ?? 0);
        }
        sum.both += product - mean * total;
        sum.ofFar += squares - (total * total) / taken.length;
      }
    }
    const alike = sums.map(({ both, ofFar }) => both / Math.sqrt(ofNear * ofFar + 1e-9));
    const best = alike.reduce((most, value, index) => (value > (alike[most] ?? 0) ? index : most), 0);
    return { delay: best + EARLIEST_HOPS, alike: alike[best] ?? 0 };
  };

  /** What was played when this hop was heard, and what of it still rings. */
  const ringing = (band: number, delay: number, from: number, to: number): Float64Array => {
    const heard = new Float64Array(to - from);
    let level = -Infinity;
    for (let hop = from - LATEST_HOPS; hop < to; hop++) {
      level = Math.max(far.level(hop - delay, band), level - RINGING_DECIBELS);
      if (hop >= from) heard[hop - from] = level;
    }
    return heard;
  };

  const roomOf = (from: number, to: number): Room | undefined => {
    const bands = aliveBands(from, to);
    if (bands.length < LEAST_BANDS) return undefined;
    const { delay: likeliest, alike } = alignment(bands, from, to);
    // While somebody speaks here too, what is known of the room is the better guess.
    const delay = alike >= ALIKE ? likeliest : (knownDelay ?? likeliest);
    const gains = bands.map(({ band, playedFloor, range }) => {
      const played = ringing(band, delay, from, to);
      const differences: number[] = [];
      played.forEach((level, index) => {
        // What only rings is no measure: how long it does is not known.
        if (level > playedFloor + range / 2 && level === far.level(from + index - delay, band))
          differences.push(near.level(from + index, band) - level);
      });
      differences.sort((a, b) => a - b);
      return { band, decibels: differences[Math.floor(differences.length * GAIN_QUANTILE)] ?? -Infinity };
    });
    return { delay, alike, gains };
  };

  /** Hops in which more is heard than the other side. */
  const ownHops = ({ delay, gains }: Room, from: number, to: number): boolean[] => {
    const exceeding = new Uint8Array(to - from);
    for (const { band, decibels } of gains) {
      const played = ringing(band, delay, from, to);
      for (let index = 0; index < played.length; index++) {
        const expected = Math.max((played[index] ?? 0) + decibels, near.noise(from + index, band) + 3);
        if (near.level(from + index, band) > expected + OWN_DECIBELS)
          exceeding[index] = (exceeding[index] ?? 0) + 1;
      }
    }
    return Array.from(exceeding, (count) => count >= gains.length * OWN_SHARE);
  };

  /** From the first run of such hops to the last; undefined where there is none. */
  const ownStretch = (room: Room, from: number, to: number): Stretch | undefined => {
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

  /** Nothing but the other side, heard long enough to be told from chance. */
  const isBleed = (room: Room, own: Stretch | undefined, { from, to }: Stretch): boolean => {
    const enough = to - from < LONG_HOPS ? ALIKE_AT_ONCE : ALIKE;
    if (own !== undefined || room.alike < enough) return false;
    if (to - from >= CLEAR_HOPS) knownDelay = room.delay;
    return true;
  };

  const holdsBleedOnly = (from: number, to: number): boolean => {
    const room = to - from < CLEAR_HOPS ? undefined : roomOf(from, to);
    return room !== undefined && isBleed(room, ownStretch(room, from, to), { from, to });
  };

  return {
    assess(fromHop, toHop) {
      const forgotten = far.earliest === 0 ? 0 : far.earliest + LATEST_HOPS;
      const from = Math.max(fromHop, near.earliest, forgotten);
      const to = Math.min(toHop, near.latest + 1);
      const whole = { kind: 'own', from: fromHop, to: toHop } as const;
      const room = to - from < SHORTEST_HOPS ? undefined : roomOf(from, to);
      if (room === undefined) return whole;
      const own = ownStretch(room, from, to);
      if (isBleed(room, own, { from, to })) return { kind: 'bleed' };
      if (own === undefined) return { kind: 'unclear' };
      // Before and after a voice of its own there may be the other one alone.
      const start = holdsBleedOnly(from, own.from) ? own.from : fromHop;
      const end = holdsBleedOnly(own.to, to) ? own.to : toHop;
      return { kind: 'own', from: start, to: end };
    },
  };
}
