import { PassThrough } from 'node:stream';
import { createMonoFolder } from '../audio/channel-sum.ts';
import { bytesOf, samplesOf } from '../audio/pcm.ts';
import type { AudioFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { DecodedShape } from '../encode/ffmpeg/audio-decoder.ts';
import { startProgram } from '../runtime/start-program.ts';

/** Audio to record from the command line. */
export interface AudioSource extends AudioFormat {
  /** A live source sets the pace itself. */
  readonly live: boolean;
  /** Known in advance for files. */
  readonly seconds: number | undefined;
  /** What its samples were multiplied by, below 1, so that none is above full scale; 1 where none was. */
  readonly gain: number;
  /** The track that is taken of a file with several, and why others are not. */
  readonly taken?: Pick<DecodedShape, 'track' | 'tracks' | 'passedOver'>;
  /**
   * About a tenth of a second at a time, to be read once. A source that ends otherwise than it should throws, after
   * everything it did deliver.
   */
  chunks(): AsyncIterable<Uint8Array>;
  /** Ends a live source: its chunks go on to the last thing captured. */
  stop(): void;
  close(): Promise<void>;
}

export type AudioShape = Pick<AudioFormat, 'sampleRate' | 'channels'>;

export const CHUNK_SECONDS = 0.1;
/** Half a minute: what a recorder that is busy may leave waiting before ffmpeg is. */
const BUFFER_SECONDS = 30;
/** A device that no longer answers keeps ffmpeg from ending by itself. */
const STOP_PATIENCE_MS = 2000;
/** Of what ffmpeg says. */
const MOST_COMPLAINT_CHARACTERS = 400;

/** The first two channels, or two copies of the only one, which folding makes what it was. */
const TWO_CHANNELS = 'aeval=val(0)|val(min(1\\,nb_in_channels-1)):channel_layout=stereo';

export interface FfmpegSourceOptions {
  readonly live: boolean;
  /** What its errors call it. */
  readonly name: string;
  readonly shape: AudioShape;
  /** Channels of the input, where it is known. However many, they become one without one taking another away. */
  readonly inputChannels?: number;
  /** What brings the loudest sample of a file within full scale; 1 where it is. */
  readonly gain?: number;
}

/** Whatever ffmpeg reads, as 16-bit PCM of this shape. */
export function openFfmpegSource(
  ffmpeg: string,
  input: readonly string[],
  { live, name, shape: { sampleRate, channels }, inputChannels, gain = 1 }: FfmpegSourceOptions,
): AudioSource {
  // What a device has is known once it is open; and ffmpeg's own way from one channel to two makes it quieter.
  const isCopied = live && inputChannels === undefined && channels === 1;
  const read = isCopied ? 2 : channels === 1 ? (inputChannels ?? 1) : channels;
  const isFolded = read > channels;
  const folder = createMonoFolder(isFolded ? read : 1, sampleRate);
  const passOn = (pcm: Buffer): Uint8Array => (isFolded ? bytesOf(folder.fold(samplesOf(pcm))) : pcm);
  const bytesPerFrame = 2 * read;
  const bytesPerSecond = sampleRate * bytesPerFrame;
  const mixed = isFolded ? [] : ['-ac', String(channels)];
  const filters = [
    ...(gain === 1 ? [] : [`volume=${gain}:precision=double`]),
    ...(isCopied ? [TWO_CHANNELS] : []),
  ];
  const filtered = filters.length === 0 ? [] : ['-af', filters.join(',')];
  const output = ['-vn', ...filtered, ...mixed, '-ar', String(sampleRate), '-f', 's16le', 'pipe:1'];
  const args = ['-hide_banner', '-nostdin', '-loglevel', 'error', ...input, ...output];
  // A terminal's Ctrl-C is for us: we end ffmpeg ourselves, and know then that it did not end on its own.
  const running = startProgram(ffmpeg, args, { ownGroup: true });
  const child = running.process;
  child.stdin.end();
  // Read from the first moment: Node throws away what nobody reads once the child has exited.
  const samples = child.stdout.pipe(new PassThrough({ highWaterMark: BUFFER_SECONDS * bytesPerSecond }));
  child.once('error', () => samples.end());
  let stopped = false;

  async function* chunks(): AsyncGenerator<Uint8Array> {
    const chunkBytes = bytesPerFrame * Math.round(sampleRate * CHUNK_SECONDS);
    let rest = Buffer.alloc(0);
    let bytes = 0;
    const pieces: AsyncIterable<Buffer> = samples;
    for await (const piece of pieces) {
      bytes += piece.length;
      rest = Buffer.concat([rest, piece]);
      for (; rest.length >= chunkBytes; rest = rest.subarray(chunkBytes))
        yield passOn(rest.subarray(0, chunkBytes));
    }
    if (rest.length >= bytesPerFrame)
      yield passOn(rest.subarray(0, rest.length - (rest.length % bytesPerFrame)));
    const { exitCode, error, stderrTail } = await running.ended;
    if (stopped || (!live && exitCode === 0)) return;
    const complaint = error?.message ?? stderrTail.slice(-MOST_COMPLAINT_CHARACTERS);
    const reason = complaint.trim().split('\n').at(-1) ?? '';
    throw endedEarly(live, name, bytes / bytesPerSecond, reason === '' ? '' : ` (${reason})`);
  }

  return {
    encoding: 'pcm_s16le',
    sampleRate,
    channels,
    live,
    seconds: undefined,
    gain,
    chunks,
    stop() {
      if (stopped) return;
      stopped = true;
      child.kill('SIGINT');
      setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS).unref();
    },
    async close() {
      stopped = true;
      // Whatever is left in it is not wanted, and would keep it open.
      child.stdout.destroy();
      running.kill();
      await running.ended;
    },
  };
}

function endedEarly(live: boolean, name: string, seconds: number, reason: string): LecternError {
  const after = `after ${seconds.toFixed(1)} s`;
  if (live && seconds > 0)
    return new LecternError(
      'CAPTURE_FAILED',
      `The microphone stopped ${after}${reason}. Everything until then is recorded; check its connection`,
    );
  if (live)
    return new LecternError(
      'MICROPHONE_NOT_FOUND',
      `The microphone could not be opened${reason}. Connect one, or name a file with --input`,
    );
  return new LecternError(
    'INVALID_AUDIO_FILE',
    seconds > 0
      ? `${name} could not be decoded any further ${after}${reason}. Everything until then is recorded`
      : `${name} could not be decoded${reason}`,
  );
}
