import type { BandHistory } from './band-history.ts';
import { BAND_COUNT } from './spectrum.ts';

/**
 * The delay from a played sound to its echo in the microphone, through the system and the air: up to 0.5 s with
 * wireless loudspeakers. Values below zero allow for a difference between two clocks.
 */
const EARLIEST_HOPS = -10;
export const LATEST_HOPS = 60;
/** Reverberation: the echo of a sound decays by this many decibels with each hop (60 dB in 0.4 s). */
const RINGING_DECIBELS = 1.5;
/** Levels further below the loudest of a band say nothing about the voice. */
const DYNAMICS_DECIBELS = 30;
/** A band is used where the microphone's level in it is this far above the background noise. */
const LEAST_DYNAMICS = 6;
const LEAST_BANDS = 3;
/** The correlation of both sides, 0..1: an echo is above, and two people who speak at once are below. */
export const LEAST_CORRELATION = 0.55;
/** For longer turns the search for the delay skips some hops. */
const MOST_COMPARED_HOPS = 800;
/** The level of the echo is taken from its quieter part: the louder part may be a voice near the microphone. */
const GAIN_QUANTILE = 0.35;

/** How the other side's sound gets from a loudspeaker into the microphone. */
export interface AcousticPath {
  /** Hops from a played sound to its echo. */
  readonly delay: number;
  readonly correlation: number;
  /** The bands with an echo, and how many decibels the other side is louder or softer there in the microphone. */
  readonly gains: readonly { readonly band: number; readonly decibels: number }[];
}

/** Measures this path in the audio of both sides. Bounds are hops, the last one excluded. */
export interface AcousticPaths {
  /**
   * Undefined where there is too little echo.
   * @param knownDelay the delay measured while only the other side spoke
   */
  measure(from: number, to: number, knownDelay: number | undefined): AcousticPath | undefined;
  /** For each hop, the level of the band's sound that is heard at that time, including its reverberation. */
  ringing(band: number, delay: number, from: number, to: number): Float64Array;
}

/**
 * @param near the microphone's audio
 * @param far the other side's audio, which is played
 */
export function createAcousticPaths(near: BandHistory, far: BandHistory): AcousticPaths {
  /** The highest level of a band, without a few outliers, and its background noise. */
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
      // Without playback there is no echo.
      const isPlayed = played.top - played.noise > LEAST_DYNAMICS;
      const range = isPlayed ? Math.min(DYNAMICS_DECIBELS, heard.top - heard.noise - 3) : 0;
      return { band, range, heardFloor: heard.top - range, playedFloor: played.top - range };
    }).filter(({ range }) => range >= LEAST_DYNAMICS);

  /** Correlation of both sides over all bands, for each delay; the best one is the delay of the loudspeaker. */
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
    const correlations = sums.map(({ both, ofFar }) => both / Math.sqrt(ofNear * ofFar + 1e-9));
    const best = correlations.reduce(
      (most, value, index) => (value > (correlations[most] ?? 0) ? index : most),
      0,
    );
    return { delay: best + EARLIEST_HOPS, correlation: correlations[best] ?? 0 };
  };

  /** The sound that is heard in this hop, including its reverberation. */
  const ringing = (band: number, delay: number, from: number, to: number): Float64Array => {
    const heard = new Float64Array(to - from);
    let level = -Infinity;
    for (let hop = from - LATEST_HOPS; hop < to; hop++) {
      level = Math.max(far.level(hop - delay, band), level - RINGING_DECIBELS);
      if (hop >= from) heard[hop - from] = level;
    }
    return heard;
  };

  const measure: AcousticPaths['measure'] = (from, to, knownDelay) => {
    const bands = aliveBands(from, to);
    if (bands.length < LEAST_BANDS) return undefined;
    const { delay: likeliest, correlation } = alignment(bands, from, to);
    // While somebody speaks near the microphone too, the known delay of the room is the better estimate.
    const delay = correlation >= LEAST_CORRELATION ? likeliest : (knownDelay ?? likeliest);
    const gains = bands.map(({ band, playedFloor, range }) => {
      const played = ringing(band, delay, from, to);
      const differences: number[] = [];
      played.forEach((level, index) => {
        // Reverberation is not measured: its length is not known.
        if (level > playedFloor + range / 2 && level === far.level(from + index - delay, band))
          differences.push(near.level(from + index, band) - level);
      });
      differences.sort((a, b) => a - b);
      return { band, decibels: differences[Math.floor(differences.length * GAIN_QUANTILE)] ?? -Infinity };
    });
    return { delay, correlation, gains };
  };

  return { measure, ringing };
}
