import { BAND_COUNT } from './spectrum.ts';

/** Hops of 10 ms that are kept: a turn can be compared with the other side over this length. */
const CAPACITY = 8192;
/** Decibels of an empty band. */
const NOTHING = -60;

/** The recent levels of a track, by hop and by band, in decibels. */
export interface BandHistory {
  /** The latest hop that is known. */
  readonly latest: number;
  /** Hops before this one are forgotten. */
  readonly earliest: number;
  /** Adds the bands of one hop, and the background noise. Hops come in order, and some may be missing. */
  add(hop: number, bands: Float64Array, noise: Float64Array): void;
  level(hop: number, band: number): number;
  noise(hop: number, band: number): number;
}

export function createBandHistory(): BandHistory {
  const levels = new Float32Array(CAPACITY * BAND_COUNT).fill(NOTHING);
  const noises = new Float32Array(CAPACITY * BAND_COUNT).fill(NOTHING);
  const hops = new Int32Array(CAPACITY).fill(-1);
  let latest = -1;

  const read = (values: Float32Array, hop: number, band: number): number => {
    const slot = hop % CAPACITY;
    return hop >= 0 && hops[slot] === hop ? (values[slot * BAND_COUNT + band] ?? NOTHING) : NOTHING;
  };

  return {
    get latest() {
      return latest;
    },
    get earliest() {
      return Math.max(0, latest - CAPACITY + 1);
    },
    add(hop, bands, noise) {
      latest = hop;
      const slot = hop % CAPACITY;
      hops[slot] = hop;
      for (let band = 0; band < BAND_COUNT; band++) {
        levels[slot * BAND_COUNT + band] = 10 * Math.log10(bands[band] ?? 0);
        noises[slot * BAND_COUNT + band] = 10 * Math.log10(noise[band] ?? 0);
      }
    },
    level: (hop, band) => read(levels, hop, band),
    noise: (hop, band) => read(noises, hop, band),
  };
}
