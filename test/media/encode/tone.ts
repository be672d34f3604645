export interface Tone {
  readonly sampleRate: number;
  readonly channels: number;
  readonly frames: number;
  /** Peak, in int16 steps. */
  readonly amplitude: number;
  /** The tone begins here; silence before. */
  readonly onsetFrame?: number;
}

/** A 1 kHz sine, the same on every channel, as interleaved s16le. */
export function tone({ sampleRate, channels, frames, amplitude, onsetFrame = 0 }: Tone): Uint8Array {
  const samples = new Int16Array(frames * channels);
  for (let frame = onsetFrame; frame < frames; frame++) {
    const value = Math.round(amplitude * Math.sin((2 * Math.PI * 1000 * frame) / sampleRate));
    samples.fill(value, frame * channels, (frame + 1) * channels);
  }
  return new Uint8Array(samples.buffer);
}
