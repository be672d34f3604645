import { createBackground } from './background.ts';
import { createPitch } from './pitch.ts';
import { BAND_COUNT, createSpectrum } from './spectrum.ts';
import { createSteadiness } from './steadiness.ts';

/** Sound is this many deviations above the usual level, or decibels where the level hardly varies. */
const ONSET_SPREADS = 1.8;
const ONSET_DECIBELS = 3.5;
/** The same while somebody speaks. */
const HOLD_SPREADS = 0.8;
const HOLD_DECIBELS = 1.8;
/** Below this nobody speaks, however quiet the room. */
const QUIETEST_DBFS = -62;
/** Sound this far below the voice is only its echo. */
const ECHO_DECIBELS = -42;
/** How fast the level of the voice is forgotten, in decibels a hop. */
const PEAK_DECAY = 0.02;
const LEAST_PITCH = 0.55;
/** A struck object rings at a pitch too, but decays from the start; a voice is sustained. */
const STRUCK_DECIBELS = 6;
const STRUCK_HOPS = 3;
/** Where this share of the first moments is a voice, somebody was already speaking: they do not show the background. */
const SPEAKING_ALREADY = 0.6;

/** The features of one hop. */
export interface Evidence {
  /** There is sound that is not the usual background. */
  readonly sound: boolean;
  /** The sound is periodic and changes, as a voice does. */
  readonly voiced: boolean;
}

export interface VoiceEvidence {
  /** Power of each band in the latest window, and of the background noise. The next window overwrites them. */
  readonly bands: Float64Array;
  readonly noise: Float64Array;
  /** Takes a window that will be examined again later. */
  warmUp(window: Float64Array): void;
  finishWarmUp(): void;
  observe(window: Float64Array, speaking: boolean): Evidence;
}

export function createVoiceEvidence(rate: number, windowLength: number): VoiceEvidence {
  const spectrum = createSpectrum(rate, windowLength);
  const background = createBackground(BAND_COUNT);
  const pitch = createPitch(rate, windowLength);
  const steadiness = createSteadiness(spectrum.power.length, spectrum.edges);
  const levels = Array.from({ length: STRUCK_HOPS }, () => -Infinity);
  const noNoise = new Float64Array(BAND_COUNT);
  let peak = -Infinity;
  let first = 0;
  let firstVoiced = 0;

  return {
    bands: spectrum.bands,
    noise: background.noise,
    warmUp(window) {
      spectrum.measure(window);
      background.warmUp(spectrum.bands);
      steadiness.observe(spectrum.power);
      first++;
      if (!steadiness.held && pitch.strength(spectrum, noNoise) > LEAST_PITCH) firstVoiced++;
    },
    finishWarmUp() {
      background.finishWarmUp(firstVoiced > SPEAKING_ALREADY * first);
    },
    observe(window, speaking) {
      spectrum.measure(window);
      background.observe(spectrum.bands);
      steadiness.observe(spectrum.power);
      const { level } = spectrum;
      const { excess, usual, spread, noise } = background;
      const hold = usual + Math.max(HOLD_DECIBELS, HOLD_SPREADS * spread);
      const onset = usual + Math.max(ONSET_DECIBELS, ONSET_SPREADS * spread);
      const sound =
        excess > (speaking ? hold : onset) && level > QUIETEST_DBFS && level > peak + ECHO_DECIBELS;
      const pitched = sound && pitch.strength(spectrum, noise) > LEAST_PITCH;
      const struck = level <= (levels[0] ?? -Infinity) - STRUCK_DECIBELS;
      const voiced = pitched && !steadiness.held && !struck;
      steadiness.count(pitched, voiced);
      levels.shift();
      levels.push(level);
      peak = Math.max(peak - PEAK_DECAY, voiced ? level : -Infinity);
      background.learn(speaking);
      return { sound, voiced: voiced && !steadiness.tonal };
    },
  };
}
