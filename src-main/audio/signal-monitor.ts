import { decibelsFullScale, measureLevels, type Levels } from './levels.ts';

/**
 * What the signal of a track sounds like, worst first. A dead channel (zeros) is not the same as a quiet room
 * (silence).
 */
export type SignalClass = 'zeros' | 'silence' | 'clipping' | 'fine';

/** A class that has just been established. `fine` is reported once a problem has passed. */
export interface SignalChange {
  readonly signal: SignalClass;
  /** Seconds of audio the problem has lasted. */
  readonly seconds: number;
}

/** Below this RMS nobody is speaking, even far from the microphone; room tone of a live one is above. */
const SILENCE_DBFS = -60;
/** After how many seconds a problem is reported. */
interface ReportDelays {
  readonly zeros: number;
  readonly silence: number;
}
/** A microphone that sends digital zeros for this long, in seconds, is muted or dead: a real room never gives zeros. */
export const MUTED_AFTER_SECONDS = 3;
/** Zeros are reported sooner than silence. Silence is reported later than a lecture pauses. */
const OF_MICROPHONE: ReportDelays = { zeros: MUTED_AFTER_SECONDS, silence: 15 };
/** Playback is zeros whenever nobody speaks: it is reported where no sound ever came at all. */
const OF_PLAYBACK: ReportDelays = { zeros: 10, silence: 15 };
/**
 * Playback that was heard before is reported only after a pause longer than one person speaks while the others listen.
 */
const OF_PLAYBACK_HEARD: ReportDelays = { zeros: 60, silence: 60 };
/** Signal this long ends a problem; a single click does not. */
const RECOVERED_AFTER_SECONDS = 0.3;
/** Clipped samples within one second that are heard as distortion rather than a knock on the table. */
const CLIPPED_SAMPLES_A_SECOND = 40;
/** A problem that keeps coming back is reported again only after this time. */
const REPEAT_AFTER_SECONDS = 30;

export interface SignalMonitor {
  /** Takes the next stretch and returns the change, if there is one. */
  observe(pcm: Uint8Array, frames: number): SignalChange | undefined;
  /** Samples at full scale so far. */
  readonly clippedSamples: number;
  readonly signal: SignalClass;
}

/**
 * Follows one track and reports when it turns to digital zeros, to silence, to clipping, and back. Time is counted in
 * the audio's own frames, so a stalled source reports nothing here.
 * @param sampleRate frames a second.
 * @param source a microphone, which always hears something, or playback, whose pauses are digital zeros.
 */
export function createSignalMonitor(
  sampleRate: number,
  source: 'microphone' | 'playback' = 'microphone',
): SignalMonitor {
  let signal: SignalClass = 'fine';
  let clippedSamples = 0;
  let position = 0;
  let zeroFrames = 0;
  let quietFrames = 0;
  let aliveFrames = 0;
  let loudFrames = 0;
  let secondFrames = 0;
  let secondClipped = 0;
  let cleanSeconds = 0;
  let wasHeard = false;
  const reportedAt: Partial<Record<SignalClass, number>> = {};

  const count = (levels: Levels, frames: number): void => {
    position += frames;
    clippedSamples += levels.clippedSamples;
    const quiet = decibelsFullScale(levels.rms) < SILENCE_DBFS;
    zeroFrames = levels.peak === 0 ? zeroFrames + frames : 0;
    aliveFrames = levels.peak === 0 ? 0 : aliveFrames + frames;
    loudFrames = quiet ? 0 : loudFrames + frames;
    if (quiet) quietFrames += frames;
    else if (loudFrames >= RECOVERED_AFTER_SECONDS * sampleRate) {
      quietFrames = 0;
      wasHeard = true;
    }
  };

  const clippingNow = (levels: Levels, frames: number): boolean => {
    secondFrames += frames;
    secondClipped += levels.clippedSamples;
    if (secondFrames < sampleRate) return signal === 'clipping';
    const clipping = secondClipped >= CLIPPED_SAMPLES_A_SECOND;
    cleanSeconds = clipping ? 0 : cleanSeconds + secondFrames / sampleRate;
    secondFrames = 0;
    secondClipped = 0;
    return clipping || (signal === 'clipping' && cleanSeconds < 5);
  };

  const classify = (clipping: boolean): SignalClass => {
    const patience = source === 'microphone' ? OF_MICROPHONE : wasHeard ? OF_PLAYBACK_HEARD : OF_PLAYBACK;
    if (zeroFrames >= patience.zeros * sampleRate) return 'zeros';
    const recoveredFrames = RECOVERED_AFTER_SECONDS * sampleRate;
    if (signal === 'zeros' && aliveFrames < recoveredFrames) return signal;
    if (quietFrames >= patience.silence * sampleRate) return 'silence';
    if (signal === 'silence' && loudFrames < recoveredFrames) return signal;
    return clipping ? 'clipping' : 'fine';
  };

  return {
    observe(pcm, frames) {
      const levels = measureLevels(pcm);
      count(levels, frames);
      const next = classify(clippingNow(levels, frames));
      if (next === signal) return undefined;
      const lastReported = reportedAt[next];
      const worsened = next !== 'fine';
      signal = next;
      if (
        worsened &&
        lastReported !== undefined &&
        position - lastReported < REPEAT_AFTER_SECONDS * sampleRate
      )
        return undefined;
      if (worsened) reportedAt[next] = position;
      const lasted = next === 'zeros' ? zeroFrames : next === 'silence' ? quietFrames : secondFrames;
      return { signal, seconds: lasted / sampleRate };
    },
    get clippedSamples() {
      return clippedSamples;
    },
    get signal() {
      return signal;
    },
  };
}
