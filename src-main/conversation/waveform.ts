import { samplesOf } from '../audio/pcm.ts';
import { openWavSamples } from '../files/wav-reader.ts';

/** Frames read at a time: a fraction of a second of work between two looks at anything else. */
const CHUNK_FRAMES = 1 << 16;
const FULL_SCALE = 32_768;

/** One part of a session, as far as its outline is concerned. */
export interface WaveformPart {
  /** The track's master; undefined where it is missing, which is drawn as silence. */
  readonly path: string | undefined;
  readonly durationSeconds: number;
}

/**
 * Peaks, 0..1 of full scale, of `points` equal stretches of a session: its parts, one after another. Reads every sample
 * once and keeps none.
 */
export async function readWaveform(parts: readonly WaveformPart[], points: number): Promise<number[]> {
  const peaks = new Int32Array(points);
  const totalSeconds = parts.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
  let startSeconds = 0;
  for (const { path, durationSeconds } of parts) {
    if (path !== undefined) await addPart(peaks, path, startSeconds / totalSeconds, totalSeconds);
    startSeconds += durationSeconds;
  }
  return Array.from(peaks, (peak) => Math.min(1, peak / FULL_SCALE));
}

async function addPart(peaks: Int32Array, path: string, from: number, totalSeconds: number): Promise<void> {
  const wav = await openWavSamples(path);
  // Masters are PCM; anything else was put there by somebody else.
  if (wav?.encoding !== 'pcm_s16le') return wav?.close();
  try {
    const pointsPerFrame = peaks.length / (totalSeconds * wav.sampleRate);
    let frame = 0;
    for await (const chunk of wav.read(CHUNK_FRAMES)) {
      const samples = samplesOf(chunk);
      for (let index = 0; index < samples.length;) {
        const point = Math.min(peaks.length - 1, Math.floor(from * peaks.length + frame * pointsPerFrame));
        // All frames of one point at once: the loop within is what an hour's 60 million samples cost.
        const nextFrame = Math.ceil((point + 1 - from * peaks.length) / pointsPerFrame);
        const until = Math.min(samples.length, index + Math.max(1, nextFrame - frame) * wav.channels);
        let peak = peaks[point] ?? 0;
        for (let at = index; at < until; at++) peak = Math.max(peak, Math.abs(samples[at] ?? 0));
        peaks[point] = peak;
        frame += (until - index) / wav.channels;
        index = until;
      }
    }
  } finally {
    await wav.close();
  }
}
