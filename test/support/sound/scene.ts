import { levelsOf, speak, type Utterance } from './speech.ts';
import type { Noise } from './noise.ts';

/** Speech in a place, and when it really was speech. */
export interface Scene {
  readonly rate: number;
  readonly samples: Int16Array;
  /** The same without the place: what the speech alone would have been. */
  readonly clean: Int16Array;
  /** From the first audible sample of an utterance to its last, in seconds. */
  readonly utterances: readonly { readonly start: number; readonly end: number }[];
}

/** Speech and its place in time. */
export interface PlacedUtterance extends Utterance {
  /** The first audible sample. */
  readonly startSeconds: number;
  /** Falls silent after so long, as who is interrupted does; says all of it where absent. */
  readonly stopsAfterSeconds?: number;
}

export interface SceneOptions {
  readonly rate: number;
  readonly seconds: number;
  readonly speech?: readonly PlacedUtterance[];
  /** Level of the speech while somebody speaks, in decibels of full scale. */
  readonly speechDecibels?: number;
  readonly noise?: Noise;
  readonly noiseDecibels?: number;
  /** Constant part of the signal, of full scale. */
  readonly offset?: number;
}

/** Steps below the speech's own level by so much hold no speech that counts for its level. */
const ACTIVE_DECIBELS = -25;

/** Lays speech into a place. What exceeds int16 clips, as in a converter. */
export function createScene(options: SceneOptions): Scene {
  const {
    rate,
    seconds,
    speech = [],
    speechDecibels = -26,
    noise,
    noiseDecibels = -Infinity,
    offset = 0,
  } = options;
  const frames = Math.round(seconds * rate);
  const clean = new Float64Array(frames);
  const utterances = speech.map(({ startSeconds, stopsAfterSeconds = Infinity, ...utterance }) => {
    const whole = speak(utterance, rate);
    const spoken = whole.subarray(0, Math.round(Math.min(whole.length, stopsAfterSeconds * rate)));
    const gain = 10 ** ((speechDecibels - activeLevel(spoken, rate)) / 20);
    const from = Math.round(startSeconds * rate);
    for (let index = 0; index < spoken.length && from + index < frames; index++)
      clean[from + index] = (clean[from + index] ?? 0) + gain * (spoken[index] ?? 0);
    return { start: startSeconds, end: Math.min(seconds, startSeconds + spoken.length / rate) };
  });
  const place = noise === undefined ? undefined : noise(frames, rate);
  const loudness = 32_768 * 10 ** (noiseDecibels / 20);
  const heard = clean.map((sample, frame) => sample + (place?.[frame] ?? 0) * loudness + offset * 32_768);
  return { rate, samples: toInt16(heard), clean: toInt16(clean), utterances };
}

/** The level of speech while it lasts, its pauses left out. */
export function activeLevel(samples: Int16Array, rate: number): number {
  const levels = levelsOf(samples, Math.round(0.01 * rate));
  const loudest = Math.max(...levels);
  const active = levels.filter((level) => level > loudest + ACTIVE_DECIBELS);
  return 10 * Math.log10(active.reduce((sum, level) => sum + 10 ** (level / 10), 0) / active.length);
}

function toInt16(samples: Float64Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample))));
}
