import { spawnSync } from 'node:child_process';

/** A tone that stands for a word: recognisers in tests hear its pitch. */
export interface Beep {
  readonly hertz: number;
  readonly startMs: number;
  readonly endMs: number;
}

const SAMPLE_RATE = 16_000;

/** 16 kHz mono: silence with these tones in it. */
export function beepPcm(seconds: number, beeps: readonly Beep[], sampleRate = SAMPLE_RATE): Buffer {
  const samples = new Int16Array(Math.round(seconds * sampleRate));
  for (const { hertz, startMs, endMs } of beeps) {
    const [first, end] = [startMs, endMs].map((ms) => Math.round((ms / 1000) * sampleRate));
    for (let index = first!; index < Math.min(end!, samples.length); index++)
      samples[index] = Math.round(12_000 * Math.sin((2 * Math.PI * hertz * index) / sampleRate));
  }
  return Buffer.from(samples.buffer);
}

/** Hears what beepPcm made, in any audio file: pitch to the nearest 50 Hz, times to 10 ms. */
export function hearBeeps(file: Uint8Array): { readonly seconds: number; readonly beeps: readonly Beep[] } {
  const samples = decode(Buffer.from(file));
  const hop = SAMPLE_RATE / 100;
  const stretches: { start: number; end: number }[] = [];
  for (let at = 0; at < samples.length; at += hop) {
    if (!samples.subarray(at, at + hop).some((sample) => Math.abs(sample) > 4000)) continue;
    const last = stretches.at(-1);
    // Lossy formats put ripples into a tone, and faint ones beside it.
    if (last !== undefined && at - last.end <= 5 * hop) last.end = at + hop;
    else stretches.push({ start: at, end: at + hop });
  }
  const beeps = stretches
    .filter(({ start, end }) => end - start > 5 * hop)
    .map(({ start, end }) => ({
      hertz: pitch(samples.subarray(start, end)),
      startMs: start / 16,
      endMs: Math.min(end, samples.length) / 16,
    }));
  return { seconds: samples.length / SAMPLE_RATE, beeps };
}

function pitch(samples: Int16Array): number {
  const crossings: number[] = [];
  for (let index = 1; index < samples.length; index++)
    if (samples[index - 1]! < -1000 && samples[index]! >= -1000) crossings.push(index);
  const seconds = (crossings.at(-1)! - crossings[0]!) / SAMPLE_RATE;
  return Math.round((crossings.length - 1) / seconds / 50) * 50;
}

function decode(file: Buffer): Int16Array {
  const args = ['-v', 'error', '-i', '-', '-ac', '1', '-ar', `${SAMPLE_RATE}`, '-f', 's16le', '-'];
  const { stdout, status, stderr } = spawnSync('ffmpeg', args, { input: file, maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`ffmpeg cannot read the upload: ${stderr.toString()}`);
  return new Int16Array(Uint8Array.from(stdout).buffer);
}
