import { spawn } from 'node:child_process';
import type { AudioFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { openWavSamples } from '../files/wav-reader.ts';

/** Audio to record from the command line. */
export interface AudioSource extends AudioFormat {
  /** A live source sets the pace itself. */
  readonly live: boolean;
  /** Known in advance for files. */
  readonly seconds: number | undefined;
  /** About a tenth of a second at a time; ends when the source does, or once `close` is called. */
  chunks(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

const CHUNK_SECONDS = 0.1;

/** A WAV as it is, or any other audio file through ffmpeg. */
export async function openFileSource(path: string, ffmpeg: string | undefined): Promise<AudioSource> {
  const wav = await openWavSamples(path);
  if (wav !== undefined)
    return {
      encoding: wav.encoding,
      sampleRate: wav.sampleRate,
      channels: wav.channels,
      live: false,
      seconds: wav.frames / wav.sampleRate,
      chunks: () => wav.read(Math.max(1, Math.round(wav.sampleRate * CHUNK_SECONDS))),
      close: () => wav.close(),
    };
  if (ffmpeg === undefined)
    throw new LecternError(
      'INVALID_AUDIO_FILE',
      `${path} is not a WAV of 16-bit PCM, 32-bit float or mu-law; other files need ffmpeg, which was not found`,
    );
  return openFfmpegSource(ffmpeg, ['-i', path], false);
}

/** The system's microphone, through ffmpeg. */
export function openMicrophoneSource(ffmpeg: string | undefined): AudioSource {
  if (ffmpeg === undefined)
    throw new LecternError(
      'ENCODER_UNAVAILABLE',
      'Recording from the microphone on the command line needs ffmpeg, which was not found. Install ffmpeg, or use the app',
    );
  return openFfmpegSource(
    ffmpeg,
    MICROPHONE_ARGUMENTS[process.platform] ?? ['-f', 'pulse', '-i', 'default'],
    true,
  );
}

const MICROPHONE_ARGUMENTS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['-f', 'avfoundation', '-i', ':default'],
  // DirectShow has no name for the default device; this is the one Windows offers as the communications default.
  win32: ['-f', 'dshow', '-i', 'audio=default'],
};

const SAMPLE_RATE = 16_000;

function openFfmpegSource(ffmpeg: string, input: readonly string[], live: boolean): AudioSource {
  const child = spawn(
    ffmpeg,
    ['-hide_banner', '-nostdin', '-loglevel', 'error', ...input].concat([
      '-vn',
      '-ac',
      '1',
      '-ar',
      String(SAMPLE_RATE),
      '-f',
      's16le',
      'pipe:1',
    ]),
    { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true },
  );
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-400);
  });
  let closed = false;
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => {
      resolve(-1);
    });
    child.once('close', resolve);
  });

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const chunkBytes = Math.round(SAMPLE_RATE * CHUNK_SECONDS) * 2;
    let rest = Buffer.alloc(0);
    const pieces: AsyncIterable<Buffer> = child.stdout;
    for await (const piece of pieces) {
      rest = Buffer.concat([rest, piece]);
      for (; rest.length >= chunkBytes; rest = rest.subarray(chunkBytes)) yield rest.subarray(0, chunkBytes);
    }
    if (rest.length >= 2) yield rest.subarray(0, rest.length - (rest.length % 2));
    const code = await ended;
    if (code !== 0 && !closed) throw sourceError(live, complaint);
  }

  return {
    encoding: 'pcm_s16le',
    sampleRate: SAMPLE_RATE,
    channels: 1,
    live,
    seconds: undefined,
    chunks,
    async close() {
      closed = true;
      child.kill('SIGINT');
      await ended;
    },
  };
}

function sourceError(live: boolean, complaint: string): LecternError {
  const reason = complaint.trim().split('\n').at(-1) ?? '';
  return live
    ? new LecternError(
        'MICROPHONE_NOT_FOUND',
        `The microphone could not be opened (${reason}). Connect one, or name a file with --input`,
      )
    : new LecternError('INVALID_AUDIO_FILE', `The file could not be decoded (${reason})`);
}
