import { createMonoFolder } from '../audio/channel-sum.ts';
import { bytesOf, decodeToPcm16, samplesOf } from '../audio/pcm.ts';
import { createPcmResampler } from '../audio/pcm-resampler.ts';
import { LecternError } from '../contract/errors.ts';
import { openWavSamples } from '../files/wav-reader.ts';

/** What recognisers take: frames a second of one channel. */
export const SPEECH_RATE = 16_000;

/** Audio read at a time: a few milliseconds of work, so that a running recording is not delayed. */
const CHUNK_SECONDS = 1;

/** A stretch of a WAV, whatever its rate and channels. */
export interface WavStretch {
  readonly path: string;
  readonly startFrame: number;
  readonly frames: number;
}

/** Seconds and frames a second of a WAV. Rejects with FILE_MISSING or INVALID_AUDIO_FILE. */
export async function measureWav(path: string): Promise<{ sampleRate: number; frames: number }> {
  const wav = await openSpeech(path);
  await wav.close();
  return { sampleRate: wav.sampleRate, frames: wav.frames };
}

/** One channel of 16-bit samples at 16 kHz of a stretch, piece by piece. */
export async function* readSpeech({ path, startFrame, frames }: WavStretch): AsyncGenerator<Uint8Array> {
  const wav = await openSpeech(path);
  try {
    const resampler =
      wav.sampleRate === SPEECH_RATE ? undefined : createPcmResampler(wav.sampleRate, SPEECH_RATE, 1);
    const folder = createMonoFolder(wav.channels, wav.sampleRate);
    const endFrame = Math.min(startFrame + frames, wav.frames);
    const chunkFrames = CHUNK_SECONDS * wav.sampleRate;
    for (let frame = startFrame; frame < endFrame; frame += chunkFrames) {
      const bytes = await wav.readFrames(frame, Math.min(chunkFrames, endFrame - frame));
      const mono = folder.fold(samplesOf(decodeToPcm16(wav.encoding, bytes)));
      yield bytesOf(resampler === undefined ? mono : toInt16(resampler.push(mono)));
    }
    if (resampler !== undefined) yield bytesOf(toInt16(resampler.flush()));
  } finally {
    await wav.close();
  }
}

async function openSpeech(path: string) {
  const wav = await openWavSamples(path);
  if (wav === undefined)
    throw new LecternError('INVALID_AUDIO_FILE', 'The recording is not a WAV that can be read');
  return wav;
}

function toInt16(samples: Float32Array): Int16Array {
  const converted = new Int16Array(samples.length);
  for (let index = 0; index < samples.length; index++)
    converted[index] = Math.max(-32768, Math.min(32767, Math.round((samples[index] ?? 0) * 32768)));
  return converted;
}
