import { execFileSync } from 'node:child_process';

/** What a synthesiser is asked to say. */
export interface Utterance {
  readonly text: string;
  /** A voice of espeak-ng, with its variant: `en-gb+f3`. */
  readonly voice?: string;
  /** Words a minute. */
  readonly speed?: number;
  /** 0 to 99. */
  readonly pitch?: number;
}

/** Speech is loudest samples of this; mixes of two voices do not clip. */
const PEAK = 12_000;
/** Below its loudest stretch by so much, a voice has not begun or is over. */
const INAUDIBLE_DECIBELS = -40;
const STEP_SECONDS = 0.005;

/**
 * Speech by espeak-ng, from its first audible sample to its last: the same samples every time. Mono, signed 16-bit.
 */
export function speak(
  { text, voice = 'en-gb', speed = 165, pitch = 50 }: Utterance,
  rate: number,
): Int16Array {
  const spoken = execFileSync(
    'espeak-ng',
    ['-v', voice, '-s', String(speed), '-p', String(pitch), '--stdout', text],
    { maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  // The header of a stream claims any length; where the samples begin is certain.
  const raw = ['-t', 'raw', '-e', 'signed', '-b', '16', '-c', '1'];
  const resampled = execFileSync(
    'sox',
    ['-R', '-D', '-V0', ...raw, '-r', String(spoken.readUInt32LE(24)), '-', ...raw, '-r', String(rate), '-'],
    { input: spoken.subarray(44), maxBuffer: 2 ** 28 },
  );
  const samples = new Int16Array(
    resampled.buffer.slice(resampled.byteOffset, resampled.byteOffset + (resampled.length & ~1)),
  );
  const audible = audibleStretch(samples, rate);
  const cut = samples.subarray(audible.start, audible.end);
  const peak = cut.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  return cut.map((sample) => Math.round((sample * PEAK) / peak));
}

/** Levels of the steps of a signal, in decibels of full scale. */
export function levelsOf(samples: Int16Array, stepFrames: number): number[] {
  const levels: number[] = [];
  for (let start = 0; start + stepFrames <= samples.length; start += stepFrames) {
    let sum = 0;
    for (let index = start; index < start + stepFrames; index++) sum += (samples[index] ?? 0) ** 2;
    levels.push(10 * Math.log10(sum / stepFrames / 32_768 ** 2 + 1e-12));
  }
  return levels;
}

function audibleStretch(samples: Int16Array, rate: number): { start: number; end: number } {
  const step = Math.round(STEP_SECONDS * rate);
  const levels = levelsOf(samples, step);
  const threshold = Math.max(...levels) + INAUDIBLE_DECIBELS;
  const first = levels.findIndex((level) => level > threshold);
  if (first === -1) throw new Error('espeak-ng said nothing that can be heard');
  return { start: first * step, end: (levels.findLastIndex((level) => level > threshold) + 1) * step };
}
