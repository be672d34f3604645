import { LIMITER_LOOK_AHEAD_SECONDS, LIMITER_THRESHOLD } from '../../src-main/audio/limiter.ts';
import { createMixer } from '../../src-main/audio/mix.ts';

/** A voice-like sound: bursts of a hum and noise, now loud, now soft, never quite the same. */
export function voice(seed: number, frames: number, amplitude: number): Buffer {
  const samples = new Int16Array(frames);
  let noise = seed * 2_654_435_761;
  for (let frame = 0; frame < frames; frame++) {
    noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
    const hum = Math.sin(frame * (0.02 + seed * 0.003)) + 0.5 * Math.sin(frame * (0.071 + seed * 0.001));
    const envelope = Math.max(0, Math.sin(frame / (2900 + 700 * seed) + seed));
    const hiss = noise / 2 ** 31 - 1;
    samples[frame] = Math.round(amplitude * envelope * (0.55 * hum + 0.15 * hiss));
  }
  return Buffer.from(samples.buffer);
}

/** What the mix must be: both sides' sum through the limiter, in one go; the shorter one ends in silence. */
export function referenceMix(sides: readonly Buffer[], sampleRate: number): Buffer {
  const mixer = createMixer({ sampleRate, channels: 1 });
  const frames = Math.max(...sides.map((side) => side.length / 2));
  return Buffer.concat([mixer.mix(sides, frames), mixer.flush()]);
}

export interface MixFindings {
  readonly peak: number;
  /** Frames that are not the plain sum although nothing near them is over the threshold. */
  readonly altered: number;
  /** Frames of which the plain sum is over the threshold. */
  readonly over: number;
  /** How much of each side is in the mix: 1 all of it, 0 none. */
  readonly shares: readonly number[];
}

/** What a mix is, found without the limiter: from its samples and its sides' alone. */
export function examineMix(mix: Buffer, sides: readonly Buffer[], sampleRate: number): MixFindings {
  const at = (buffer: Buffer, frame: number): number =>
    2 * frame + 2 <= buffer.length ? buffer.readInt16LE(2 * frame) : 0;
  const frames = mix.length / 2;
  const sums = Int32Array.from({ length: frames }, (_, frame) =>
    sides.reduce((sum, side) => sum + at(side, frame), 0),
  );
  const isOver = (frame: number): boolean => Math.abs(sums[frame] ?? 0) > LIMITER_THRESHOLD;
  // Before a peak the look-ahead, after it what the release takes at most.
  const before = Math.ceil(LIMITER_LOOK_AHEAD_SECONDS * sampleRate);
  const after = Math.ceil(1.2 * sampleRate);
  const lastOver = new Int32Array(frames).fill(-after - 1);
  for (let frame = 0, last = -after - 1; frame < frames; frame++)
    lastOver[frame] = last = isOver(frame) ? frame : last;
  let [peak, altered, over] = [0, 0, 0];
  for (let frame = 0; frame < frames; frame++) {
    const sample = at(mix, frame);
    peak = Math.max(peak, Math.abs(sample));
    if (isOver(frame)) over++;
    const coming = lastOver[Math.min(frames - 1, frame + before)] ?? 0;
    const isNear = frame - (lastOver[frame] ?? 0) <= after || coming > frame;
    if (!isNear && sample !== sums[frame]) altered++;
  }
  const shares = sides.map((side) => {
    let [product, energy] = [0, 0];
    for (let frame = 0; frame < frames; frame++) {
      product += at(mix, frame) * at(side, frame);
      energy += at(side, frame) ** 2;
    }
    return energy === 0 ? 0 : product / energy;
  });
  return { peak, altered, over, shares };
}
