import { samplesOf } from './pcm.ts';

/** Slots of a second, for a picture of how loud something is from beginning to end. */
export const PEAKS_PER_SECOND = 20;

/** Where a track's samples lie among the slots. */
export interface PeakSource {
  /** Frames a second. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Position of its first frame, in milliseconds from the beginning of the slots. */
  readonly startMs: number;
}

/**
 * Takes signed 16-bit little-endian samples in order. Writes into each slot the largest magnitude of any channel, 0 to
 * 32767; a slot that already has a larger one keeps it. Samples beyond the last slot are ignored. The slots belong to
 * the caller, which may read them at any time.
 */
export function createPeakMeter(slots: Uint16Array, source: PeakSource): (pcm: Uint8Array) => void {
  const { sampleRate, channels, startMs } = source;
  const startSlot = (startMs / 1000) * PEAKS_PER_SECOND;
  const framesPerSlot = sampleRate / PEAKS_PER_SECOND;
  let frame = 0;
  return (pcm) => {
    const samples = samplesOf(pcm);
    const frames = samples.length / channels;
    for (let done = 0; done < frames;) {
      const slot = Math.floor(startSlot + frame / framesPerSlot + SLOT_TOLERANCE);
      const slotEnd = Math.ceil((slot + 1 - startSlot) * framesPerSlot - SLOT_TOLERANCE);
      const taken = Math.min(frames - done, Math.max(1, slotEnd - frame));
      if (slot < slots.length)
        slots[slot] = Math.max(
          slots[slot] ?? 0,
          loudest(samples, done * channels, (done + taken) * channels),
        );
      frame += taken;
      done += taken;
    }
  };
}

/** Rounding may move a boundary by this much, in slots and in frames: far less than either. */
const SLOT_TOLERANCE = 1e-6;

/** The largest magnitude of these samples; -32768 counts as 32767. */
function loudest(samples: Int16Array, from: number, to: number): number {
  let low = 0;
  let high = 0;
  for (let index = from; index < to; index++) {
    const sample = samples[index] ?? 0;
    if (sample < low) low = sample;
    else if (sample > high) high = sample;
  }
  return Math.min(32_767, Math.max(-low, high));
}

/** As many peaks as wanted, 0 to 1, over all the slots: the largest of those that each stands for. */
export function drawnPeaks(slots: Uint16Array, points: number): number[] {
  return Array.from({ length: points }, (_, point) => {
    const from = Math.min(slots.length - 1, Math.floor((point * slots.length) / points));
    const to = Math.max(from + 1, Math.ceil(((point + 1) * slots.length) / points));
    let peak = 0;
    for (let slot = Math.max(0, from); slot < Math.min(to, slots.length); slot++)
      peak = Math.max(peak, slots[slot] ?? 0);
    // Three digits are finer than any screen.
    return Math.round((peak / 32_767) * 1000) / 1000;
  });
}
