import { median } from '../capture/median.ts';

/** What is known about one device's clock, compared with another's. */
export interface ClockDrift {
  /**
   * Takes one measurement of how far the device was ahead: the time by its frames, less the time by the other
   * device's frames. A measurement may be wrong by some 20 ms.
   * @param atMs rising moments of any clock
   */
  measure(aheadMs: number, atMs: number): void;
  /** How far the device is ahead because of its clock and of lost audio. Steps of the stamps are left out. */
  aheadMs(atMs: number): number;
  /** How much faster its clock is, as a share: 0.0001 is 100 ppm. */
  readonly rate: number;
  /** True once it is beyond doubt that the clocks differ, or that the device is out of place. */
  readonly isCertain: boolean;
  /** Says that the other device was replaced, or stopped and started. */
  unsettle(offsetMs: number): void;
}

/** Measurements in one median: about two seconds of chunks. The errors of single measurements are random. */
const MEDIAN_OF = 20;
/** Medians over which the noise is averaged. */
const NOISE_OF = 4;
/** The least noise of a median. */
const LEAST_NOISE_MS = 0.5;
/** The noise assumed before anything is measured. If it were too small, random errors would count as drift. */
const FIRST_NOISE_MS = 6;
/** The certainty that is needed before a sample is changed, in standard deviations. */
const CERTAIN = 5;
/** Less than this is not worth correcting, and may be a step of wavering stamps. */
const LEAST_DRIFT_OFFSET_MS = 4;
const LEAST_DRIFT = 2e-6;
const LEAST_OFFSET_MS = 10;
/** Clocks of audio devices differ by less than this. */
const USUAL_DRIFT = 3e-4;
/** The possible error of the place where a track begins. */
const USUAL_OFFSET_MS = 20;
/** A crystal's rate changes with its temperature, by about a millionth in a minute. */
const DRIFT_CHANGE_PER_SECOND = (1e-6 / 8) ** 2;
const OFFSET_CHANGE_PER_SECOND = 0.01 ** 2;
/** This many medians in a row with a large error in the same direction are a step, not drift. */
const STEP_OF = 3;
const STEP_DEVIATIONS = 4;
const LEAST_STEP_MS = 2;

/**
 * A Kalman filter with two states, offset and drift, over medians. A step of the stamps is neither: a device whose
 * buffer has grown delivers later and has lost nothing, and gaps are accounted for earlier. So a step moves the
 * reference, and not the audio.
 */
export function createClockDrift(): ClockDrift {
  let batch: { readonly aheadMs: number; readonly atMs: number }[] = [];
  let lastMs: number | undefined;
  let offset = 0;
  let drift = 0;
  let variance = { offset: USUAL_OFFSET_MS ** 2, both: 0, drift: (USUAL_DRIFT * 1000) ** 2 };
  /** The measured noise of one median. */
  let noise = FIRST_NOISE_MS ** 2;
  let noiseOf = 1;
  let steppedBy = 0;
  let surprises: number[] = [];

  /** The unit of drift is milliseconds a second. */
  const predict = (seconds: number): void => {
    offset += drift * seconds;
    const { offset: p, both: c, drift: q } = variance;
    variance = {
      offset: p + 2 * seconds * c + seconds ** 2 * q + OFFSET_CHANGE_PER_SECOND * seconds,
      both: c + seconds * q,
      drift: q + DRIFT_CHANGE_PER_SECOND * 1e6 * seconds,
    };
  };

  const correct = (surprise: number): void => {
    const { offset: p, both: c, drift: q } = variance;
    const total = p + noise;
    offset += (p / total) * surprise;
    drift += (c / total) * surprise;
    variance = { offset: p - p ** 2 / total, both: c - (p * c) / total, drift: q - c ** 2 / total };
  };

  const learnNoise = (values: readonly number[], middle: number): void => {
    const deviation = 1.48 * median(values.map((value) => Math.abs(value - middle)));
    // A median of n values has a standard error a quarter greater than their mean.
    const found = Math.max(LEAST_NOISE_MS, (1.25 * deviation) / Math.sqrt(values.length)) ** 2;
    noiseOf = Math.min(NOISE_OF, noiseOf + 1);
    noise += (found - noise) / noiseOf;
  };

  const take = (aheadMs: number, atMs: number): void => {
    predict(lastMs === undefined ? 0 : Math.max(0, (atMs - lastMs) / 1000));
    lastMs = atMs;
    const surprise = aheadMs - steppedBy - offset;
    const limit = Math.max(LEAST_STEP_MS, STEP_DEVIATIONS * Math.sqrt(variance.offset + noise));
    if (Math.abs(surprise) <= limit) {
      surprises = [];
      return correct(surprise);
    }
    if (Math.sign(surprises[0] ?? surprise) !== Math.sign(surprise)) surprises = [];
    surprises.push(surprise);
    if (surprises.length < STEP_OF) return;
    steppedBy += median(surprises);
    surprises = [];
  };

  return {
    measure(aheadMs, atMs) {
      batch.push({ aheadMs, atMs });
      if (batch.length < MEDIAN_OF) return;
      const values = batch.map((one) => one.aheadMs);
      const middle = median(values);
      learnNoise(values, middle);
      take(middle, median(batch.map((one) => one.atMs)));
      batch = [];
    },
    aheadMs: (atMs) => offset + (lastMs === undefined ? 0 : drift * ((atMs - lastMs) / 1000)),
    get rate() {
      return drift / 1000;
    },
    get isCertain() {
      const drifts =
        Math.abs(offset) > LEAST_DRIFT_OFFSET_MS &&
        Math.abs(drift) > Math.max(LEAST_DRIFT * 1000, CERTAIN * Math.sqrt(variance.drift));
      const isOff = Math.abs(offset) > Math.max(LEAST_OFFSET_MS, CERTAIN * Math.sqrt(variance.offset));
      return drifts || isOff;
    },
    unsettle(offsetMs) {
      batch = [];
      surprises = [];
      variance = { offset: variance.offset + offsetMs ** 2, both: 0, drift: (USUAL_DRIFT * 1000) ** 2 };
    },
  };
}
