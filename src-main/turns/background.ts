/** Smoothing of the power from hop to hop. */
const SMOOTHING = 0.7;
/** The noise of a band is its lowest power in the last seconds: it appears between words, and between overtones. */
const MINIMUM_HOPS = 15;
const MINIMA = 10;
/** The minimum of many values is below their mean, by this factor for noise. */
const MINIMUM_BIAS = 1.3;
const FALLING = 0.5;
const RISING = 0.1;
const LEAST_NOISE = 0.05;
/** A band counts for no more than 40 dB above its noise. */
const MOST_EXCESS = 1e4;
/** How fast the usual excess adapts, in decibels a hop. */
const STEP = 0.04;
/** The share of hops below the usual excess. While somebody speaks, those are the hops between the words. */
const SHARE_BELOW = 0.5;
const SHARE_BELOW_WHILE_SPEAKING = 0.35;
const LEAST_USUAL = 0.5;
const MOST_USUAL = 13;
const MOST_FIRST_USUAL = 10;
/** Where only a voice has been heard so far, the noise is assumed to be this share of it. */
const BELOW_A_VOICE = 0.01;
const USUAL_BEHIND_A_VOICE = 5;
const LEAST_SPREAD = 0.6;
const MOST_SPREAD = 3.5;

/**
 * The background of a place while nobody speaks: the noise of each band, and how far the sound usually rises above it,
 * which is little for a fan and much for a room full of people.
 */
export interface Background {
  /** Power of the noise of each band. */
  readonly noise: Float64Array;
  /** Decibels by which the latest hop is above the noise. */
  readonly excess: number;
  /** The usual `excess`, and how much it varies. */
  readonly usual: number;
  readonly spread: number;
  /** Learns from the first moments, which are heard a second time afterwards. */
  warmUp(bands: Float64Array): void;
  /** @param speaking somebody spoke all the time, so that the background is still unknown. */
  finishWarmUp(speaking: boolean): void;
  observe(bands: Float64Array): void;
  /** Call it after `observe`, once it is known whether it was a voice. */
  learn(speaking: boolean): void;
}

export function createBackground(bandCount: number): Background {
  const smoothed = new Float64Array(bandCount);
  const noise = new Float64Array(bandCount);
  const minima = Array.from({ length: MINIMA }, () => new Float64Array(bandCount).fill(Infinity));
  const heardFirst: Float64Array[] = [];
  let latest = 0;
  let hops = 0;
  let excess = 0;
  let usual = 1.5;
  let spread = 1.2;

  const followNoise = (bands: Float64Array): void => {
    if (hops++ === 0) {
      smoothed.set(bands);
      noise.set(bands);
    }
    if (hops % MINIMUM_HOPS === 0) {
      latest = (latest + 1) % MINIMA;
      minima[latest]?.fill(Infinity);
    }
    const current = minima[latest];
    if (current === undefined) return;
    for (let band = 0; band < bandCount; band++) {
      const power = bands[band] ?? 0;
      const value = SMOOTHING * (smoothed[band] ?? 0) + (1 - SMOOTHING) * power;
      smoothed[band] = value;
      current[band] = Math.min(current[band] ?? Infinity, value);
      let least = Infinity;
      for (const minimum of minima) least = Math.min(least, minimum[band] ?? Infinity);
      const before = noise[band] ?? 0;
      const change = MINIMUM_BIAS * least - before;
      noise[band] = Math.max(LEAST_NOISE, before + (change < 0 ? FALLING : RISING) * change);
    }
  };

  const excessOf = (bands: Float64Array): number => {
    let sum = 0;
    for (let band = 0; band < bandCount; band++)
      sum += Math.min(MOST_EXCESS, (bands[band] ?? 0) / (noise[band] ?? 1));
    return Math.max(0, 10 * Math.log10(sum / bandCount + 1e-9));
  };

  return {
    noise,
    get excess() {
      return excess;
    },
    get usual() {
      return usual;
    },
    get spread() {
      return spread;
    },
    warmUp(bands) {
      followNoise(bands);
      heardFirst.push(bands.slice());
    },
    finishWarmUp(speaking) {
      if (speaking) {
        noise.forEach((power, band) => (noise[band] = Math.max(LEAST_NOISE, power * BELOW_A_VOICE)));
        usual = USUAL_BEHIND_A_VOICE;
        return;
      }
      const excesses = heardFirst
        .splice(0)
        .map(excessOf)
        .toSorted((a, b) => a - b);
      const middle = excesses[excesses.length >> 1] ?? usual;
      usual = Math.max(LEAST_USUAL, Math.min(MOST_FIRST_USUAL, middle));
    },
    observe(bands) {
      followNoise(bands);
      excess = excessOf(bands);
    },
    learn(speaking) {
      const below = speaking ? SHARE_BELOW_WHILE_SPEAKING : SHARE_BELOW;
      usual += STEP * (excess > usual ? below : below - 1);
      usual = Math.max(LEAST_USUAL, Math.min(MOST_USUAL, usual));
      if (excess >= usual) return;
      // For a normal distribution, the deviation is 1.25 of the mean distance.
      const distance = 1.25 * Math.min(6, usual - excess);
      spread += (speaking ? 0.005 : 0.01) * (distance - spread);
      spread = Math.max(LEAST_SPREAD, Math.min(MOST_SPREAD, spread));
    },
  };
}
