import { createChannelPeaks, gainForPeaks } from '../audio/channel-mix.ts';
import { floatsOf, scaleFloats } from '../audio/pcm.ts';
import { LecternError } from '../contract/errors.ts';
import { createAudioDecoder } from '../encode/ffmpeg/audio-decoder.ts';
import { fileUrl } from '../encode/ffmpeg/args.ts';
import { openWavSamples, type WavSamples } from '../files/wav-reader.ts';
import { realpath } from 'node:fs/promises';
import { requireAnsweringDisk } from './answering-disk.ts';
import { type AudioShape, type AudioSource, CHUNK_SECONDS, openFfmpegSource } from './ffmpeg-source.ts';

/** What transcribers take. */
const USUAL_SHAPE: AudioShape = { sampleRate: 16_000, channels: 1 };

/** A WAV is used as it is where it has the wanted shape; any other audio file is converted by ffmpeg. */
export async function openFileSource(
  path: string,
  ffmpeg: string | undefined,
  wanted?: AudioShape,
): Promise<AudioSource> {
  await requireAnsweringDisk(path);
  const wav = await openWav(path);
  if (wav !== undefined && isOf(wav, wanted)) {
    const gain = wav.encoding === 'pcm_f32le' ? await gainForWav(wav) : 1;
    return {
      encoding: wav.encoding,
      sampleRate: wav.sampleRate,
      channels: wav.channels,
      live: false,
      seconds: wav.frames / wav.sampleRate,
      gain,
      async *chunks() {
        const chunks = wav.read(Math.max(1, Math.round(wav.sampleRate * CHUNK_SECONDS)));
        for await (const chunk of chunks) yield gain === 1 ? chunk : scaleFloats(chunk, gain);
      },
      stop: () => undefined,
      close: () => wav.close(),
    };
  }
  await wav?.close();
  if (ffmpeg === undefined && wav !== undefined && wanted !== undefined)
    throw new LecternError(
      'ENCODER_UNAVAILABLE',
      `${path} is ${shapeText(wav)} where ${shapeText(wanted)} is expected, as the other side is; to convert it ffmpeg is needed, which was not found`,
    );
  if (ffmpeg === undefined)
    throw new LecternError(
      'INVALID_AUDIO_FILE',
      `${path} is not a WAV of 16-bit PCM, 32-bit float or mu-law; other files need ffmpeg, which was not found`,
    );
  const shape = wanted ?? USUAL_SHAPE;
  const { taken, gain } = await examine(await realpath(path), ffmpeg, shape.sampleRate);
  // Files from outside are limited to certain formats; a file that the user names here may be of any that ffmpeg reads.
  const input =
    taken === undefined
      ? ['-i', fileUrl(path)]
      : ['-guess_layout_max', '0', '-i', fileUrl(path), '-map', `0:a:${taken.track - 1}`];
  const source = openFfmpegSource(ffmpeg, input, {
    live: false,
    name: path,
    shape,
    gain,
    ...(taken === undefined ? {} : { inputChannels: taken.channels }),
  });
  return taken === undefined ? source : { ...source, taken };
}

/** Which track of a file is taken, and the gain that brings it within full scale where its samples may lie above. */
async function examine(path: string, ffmpeg: string, sampleRate: number) {
  const decoder = createAudioDecoder(ffmpeg);
  try {
    const taken = await decoder.probe(path);
    if (taken?.isFloat !== true) return { taken, gain: 1 };
    const measured = createChannelPeaks(taken.channels);
    await decoder.stream({
      ...{ path, shape: taken, encoding: 'pcm_f32le', sampleRate },
      onFrames(bytes) {
        measured.push(floatsOf(bytes));
        return true;
      },
    });
    return { taken, gain: gainForPeaks(measured.peaks) };
  } finally {
    await decoder.close();
  }
}

async function gainForWav(wav: WavSamples): Promise<number> {
  const measured = createChannelPeaks(wav.channels);
  for await (const chunk of wav.read(wav.sampleRate)) measured.push(floatsOf(chunk));
  return gainForPeaks(measured.peaks);
}

/** A link that the user names is followed. A pipe is read by ffmpeg. */
async function openWav(path: string): Promise<WavSamples | undefined> {
  const real = await realpath(path).catch(() => path);
  return openWavSamples(real).catch((error: unknown) => {
    if (error instanceof LecternError && error.code === 'FILE_NOT_REGULAR') return undefined;
    throw error;
  });
}

function isOf(shape: AudioShape, wanted: AudioShape = shape): boolean {
  return shape.sampleRate === wanted.sampleRate && shape.channels === wanted.channels;
}

function shapeText({ sampleRate, channels }: AudioShape): string {
  return `${sampleRate} Hz ${channels === 1 ? 'mono' : 'stereo'}`;
}

/** The system's microphone, through ffmpeg. */
export function openMicrophoneSource(ffmpeg: string | undefined, shape = USUAL_SHAPE): AudioSource {
  if (ffmpeg === undefined)
    throw new LecternError(
      'ENCODER_UNAVAILABLE',
      'Recording from the microphone on the command line needs ffmpeg, which was not found. Install ffmpeg, or use the app',
    );
  const input = MICROPHONE_ARGUMENTS[process.platform] ?? ['-f', 'pulse', '-i', 'default'];
  return openFfmpegSource(ffmpeg, input, { live: true, name: 'The microphone', shape });
}

const MICROPHONE_ARGUMENTS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['-f', 'avfoundation', '-i', ':default'],
  // DirectShow has no name for the default device; this is the one Windows offers as the communications default.
  win32: ['-f', 'dshow', '-i', 'audio=default'],
};
