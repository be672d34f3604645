import type { Span } from './spans.ts';

export interface VowelsOptions {
  readonly rate: number;
  readonly seconds: number;
  /** When somebody speaks. */
  readonly spans: readonly Span[];
  /** Of the voice, in hertz. */
  readonly pitch?: number;
  readonly peak?: number;
  /** How fast the mouth moves; who says something else at the same time moves it otherwise. */
  readonly pace?: number;
}

/**
 * A voice without words, for tests that have no synthesiser: pitch and formants that move, and a faint hiss where nobody
 * speaks. It begins and ends to the sample.
 */
export function vowels({
  rate,
  seconds,
  spans,
  pitch = 130,
  peak = 8000,
  pace = 1,
}: VowelsOptions): Int16Array {
  const samples = new Int16Array(Math.round(seconds * rate));
  for (let frame = 0; frame < samples.length; frame++) samples[frame] = ((frame * 7919) % 7) - 3;
  for (const { start, end } of spans) {
    let phase = 0;
    for (let frame = Math.round(start * rate); frame < Math.round(end * rate); frame++) {
      const at = frame / rate;
      const hertz =
        pitch * (1 + 0.12 * Math.sin(2 * Math.PI * 2.3 * at) + 0.05 * Math.sin(2 * Math.PI * 5.1 * at));
      phase += (2 * Math.PI * hertz) / rate;
      const first = 500 + 250 * Math.sin(2 * Math.PI * 1.9 * pace * at);
      const second = 1500 + 500 * Math.sin(2 * Math.PI * 1.3 * pace * at + 1);
      let sum = 0;
      for (let overtone = 1; overtone * hertz < Math.min(3000, rate / 2); overtone++)
        sum +=
          (near(overtone * hertz, first, 150) + 0.4 * near(overtone * hertz, second, 250)) *
          Math.sin(overtone * phase);
      samples[frame] = Math.max(-peak, Math.min(peak, Math.round((sum * peak) / 3)));
    }
  }
  return samples;
}

function near(hertz: number, formant: number, width: number): number {
  return 1 / (1 + ((hertz - formant) / width) ** 2);
}
