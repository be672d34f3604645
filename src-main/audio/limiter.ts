/**
 * No sample leaves the limiter above this magnitude: 1 dB below full scale. Lossy encoders and the curve between two
 * samples (ITU-R BS.1770-4, annex 2) need that room.
 */
export const LIMITER_THRESHOLD = 29_204;
/** The gain goes down over this long before a peak, so that it is low enough in time without a click. */
export const LIMITER_LOOK_AHEAD_SECONDS = 0.005;
/** After a peak the gain goes back to 1: the difference shrinks to 1/e in this time. Speech does not pump. */
export const LIMITER_RELEASE_SECONDS = 0.1;

export interface LimiterShape {
  /** Frames a second. */
  readonly sampleRate: number;
  /** 1 or 2; both have the same gain, so that nothing moves from one side to the other. */
  readonly channels: number;
}

/** Keeps sums of tracks within int16. One stream after another needs one limiter each. */
export interface Limiter {
  /**
   * Takes the next interleaved sums, and returns the frames that are final by now: all but those of the last
   * look-ahead. The result is the same however the stream is cut into calls.
   */
  push(sums: Int32Array): Int16Array;
  /** Returns the rest. Nothing may be pushed after it. */
  flush(): Int16Array;
}

/** Gains are whole multiples of 1/UNITY, so that sums of them are exact however long the stream is. */
const UNITY = 2 ** 24;
/** A gain this close to unity counts as unity: the difference is too small to change any sample below the threshold. */
const NEGLIGIBLE = 2 ** 8;

/**
 * A look-ahead peak limiter. Where no peak is near, its gain is 1 and samples do not change. Each peak needs a certain
 * gain. The gain of a frame is a mean over the look-ahead before it; the averaged values are, for each of those frames,
 * the lowest gain that the look-ahead after it needs. Each averaged value is low enough for this frame, so the mean is
 * too, and nothing is ever clipped.
 */
export function createLimiter({ sampleRate, channels }: LimiterShape): Limiter {
  const lookAhead = Math.max(1, Math.round(LIMITER_LOOK_AHEAD_SECONDS * sampleRate));
  const window = lookAhead + 1;
  const release = 1 - Math.exp(-1 / (LIMITER_RELEASE_SECONDS * sampleRate));
  const delayed = new Int32Array(window * channels);
  const gains = new Int32Array(window).fill(UNITY);
  let gainSum = window * UNITY;
  let held = UNITY;
  /** Frames that need less than unity, each with a lower gain than all before it: a queue in a ring. */
  const peakFrames = new Float64Array(window + 1);
  const peakGains = new Int32Array(window + 1);
  let [first, queued] = [0, 0];
  let taken = 0;

  const noteFrame = (peak: number): void => {
    if (peak <= LIMITER_THRESHOLD) return;
    const wanted = Math.floor((UNITY * LIMITER_THRESHOLD) / peak);
    while (queued > 0 && (peakGains[(first + queued - 1) % (window + 1)] ?? 0) >= wanted) queued--;
    const last = (first + queued++) % (window + 1);
    peakFrames[last] = taken;
    peakGains[last] = wanted;
  };

  /** The gain of the frame that lies the look-ahead behind the one just taken. */
  const nextGain = (): number => {
    const frame = taken - lookAhead;
    while (queued > 0 && (peakFrames[first] ?? 0) < frame) {
      first = (first + 1) % (window + 1);
      queued--;
    }
    const lowest = queued > 0 ? (peakGains[first] ?? UNITY) : UNITY;
    if (held < UNITY) held += Math.ceil((UNITY - held) * release);
    if (UNITY - held < NEGLIGIBLE) held = UNITY;
    held = Math.min(held, lowest);
    const slot = taken % window;
    gainSum += held - (gains[slot] ?? UNITY);
    gains[slot] = held;
    return gainSum / (window * UNITY);
  };

  const isIdle = (): boolean => queued === 0 && gainSum === window * UNITY;

  /** How many frames from `at` on stay below the threshold. */
  const quietFrames = (sums: Int32Array, at: number): number => {
    let end = at;
    while (end < sums.length) {
      const sample = sums[end] ?? 0;
      if (sample > LIMITER_THRESHOLD || sample < -LIMITER_THRESHOLD) break;
      end++;
    }
    return Math.floor((end - at) / channels);
  };

  /** At a gain of 1 the limiter is nothing but a delay. */
  const delay = (sums: Int32Array, output: Int16Array, from: number): number => {
    const frames = sums.length / channels;
    let written = from;
    for (
      let frame = Math.max(0, taken - lookAhead);
      frame < Math.min(taken, taken - lookAhead + frames);
      frame++
    )
      for (let channel = 0; channel < channels; channel++)
        output[written++] = delayed[(frame % window) * channels + channel] ?? 0;
    const passed = Math.max(0, frames - lookAhead);
    output.set(sums.subarray(0, passed * channels), written);
    for (let frame = Math.max(0, frames - window); frame < frames; frame++)
      for (let channel = 0; channel < channels; channel++)
        delayed[((taken + frame) % window) * channels + channel] = sums[frame * channels + channel] ?? 0;
    taken += frames;
    return written + passed * channels;
  };

  const turnDown = (sums: Int32Array, output: Int16Array, from: number): number => {
    let written = from;
    for (let at = 0; at < sums.length; at += channels, taken++) {
      const slot = (taken % window) * channels;
      let peak = 0;
      for (let channel = 0; channel < channels; channel++) {
        const sample = sums[at + channel] ?? 0;
        delayed[slot + channel] = sample;
        peak = Math.max(peak, sample < 0 ? -sample : sample);
      }
      noteFrame(peak);
      const gain = nextGain();
      if (taken < lookAhead) continue;
      // The oldest of the window is the one that comes next in the ring.
      const oldest = ((taken + 1) % window) * channels;
      for (let channel = 0; channel < channels; channel++)
        output[written++] = Math.round((delayed[oldest + channel] ?? 0) * gain);
    }
    return written;
  };

  const limit = (sums: Int32Array): Int16Array => {
    const frames = sums.length / channels;
    const skipped = Math.min(frames, Math.max(0, lookAhead - taken));
    const output = new Int16Array((frames - skipped) * channels);
    let written = 0;
    for (let at = 0; at < sums.length;) {
      const quiet = isIdle() ? quietFrames(sums, at) : 0;
      const end = quiet > 0 ? at + quiet * channels : Math.min(sums.length, at + window * channels);
      const some = sums.subarray(at, end);
      written = quiet > 0 ? delay(some, output, written) : turnDown(some, output, written);
      at = end;
    }
    return output;
  };

  return {
    push: limit,
    flush: () => limit(new Int32Array(lookAhead * channels)),
  };
}
