import { createMonoFolder } from '../audio/channel-sum.ts';
import { samplesOf } from '../audio/pcm.ts';

/** A new window of sound is looked at this often. */
export const HOP_SECONDS = 0.01;
/** Long enough for three periods of the deepest voice, short against a syllable. */
export const WINDOW_SECONDS = 0.04;

/** The features of a voice are below 4 kHz: audio is reduced to a rate between 8 and 16 kHz. */
const LOWEST_RATE = 8000;
/** The pole of the filter that removes what does not vibrate: a converter's offset, a draught. */
const OFFSET_POLE = 0.97;

/** Cuts a track into overlapping windows of one channel at a low rate. */
export interface Hops {
  /** Frames a second within a window. */
  readonly rate: number;
  /** The latest samples, the newest last. Overwritten by the next hop. */
  readonly window: Float64Array;
  /** Frames of the track from one hop to the next. */
  readonly hopFrames: number;
  /** Takes signed 16-bit little-endian samples; calls back at the end of each hop of a full window. */
  take(startFrame: number, pcm: Uint8Array, onHop: (endFrame: number) => void): void;
  /** Clears the window: later samples do not continue the earlier ones. */
  clear(): void;
}

export function createHops(sampleRate: number, channels: number): Hops {
  // Averaging is a poor filter, but good enough: a voice folds down to voice, noise to noise.
  const factor = Math.max(1, Math.floor(sampleRate / LOWEST_RATE));
  const rate = sampleRate / factor;
  const hop = new Float64Array(Math.round(HOP_SECONDS * rate));
  const window = new Float64Array(Math.round(WINDOW_SECONDS * rate));
  const folder = createMonoFolder(channels, sampleRate);
  let sum = 0;
  let summed = 0;
  let filled = 0;
  let windowed = 0;
  let before: number | undefined;
  let filtered = 0;

  const finishHop = (): void => {
    window.copyWithin(0, hop.length);
    window.set(hop, window.length - hop.length);
    filled = 0;
    windowed = Math.min(window.length, windowed + hop.length);
  };

  return {
    rate,
    window,
    hopFrames: hop.length * factor,
    take(startFrame, pcm, onHop) {
      const samples = folder.fold(samplesOf(pcm));
      for (let index = 0; index < samples.length; index++) {
        sum += samples[index] ?? 0;
        if (++summed < factor) continue;
        const sample = sum / summed;
        sum = 0;
        summed = 0;
        filtered = sample - (before ?? sample) + OFFSET_POLE * filtered;
        before = sample;
        hop[filled++] = filtered;
        if (filled < hop.length) continue;
        finishHop();
        if (windowed === window.length) onHop(startFrame + index + 1);
      }
    },
    clear() {
      window.fill(0);
      sum = 0;
      summed = 0;
      filled = 0;
      windowed = 0;
      before = undefined;
      filtered = 0;
    },
  };
}
