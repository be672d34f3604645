import { PassThrough } from 'node:stream';
import { createMonoFolder } from '../audio/channel-sum.ts';
import { bytesOf, samplesOf } from '../audio/pcm.ts';
import type { AudioFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { DecodedShape } from '../encode/ffmpeg/audio-decoder.ts';
import { startProgram } from '../runtime/start-program.ts';

/** Audio to record from the command line. */
export interface AudioSource extends AudioFormat {
  /** A live source sets its own pace. */
  readonly live: boolean;
  /** Known in advance for files. */
  readonly seconds: number | undefined;
  /** The gain that was applied: below 1 where samples were above full scale, else 1. */
  readonly gain: number;
  /** Which track of a file with several is taken, and why others are not. */
  readonly taken?: Pick<DecodedShape, 'track' | 'tracks' | 'passedOver'>;
  /** Chunks of about a tenth of a second; they can be read once. A source that fails throws after its last chunk. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Ends a live source: its chunks go on to the last captured sample. */
  stop(): void;
  close(): Promise<void>;
}

export type AudioShape = Pick<AudioFormat, 'sampleRate' | 'channels'>;

export const CHUNK_SECONDS = 0.1;
/** Half a minute of audio may be queued for a busy recorder before ffmpeg has to wait. */
const BUFFER_SECONDS = 30;
/** ffmpeg cannot end by itself where a device no longer answers; it is then killed after this time. */
const STOP_PATIENCE_MS = 2000;
/** Of ffmpeg's error output. */
const MOST_COMPLAINT_CHARACTERS = 400;

/** The first two channels, or two copies of a single one; folding them to one gives the original again. */
const TWO_CHANNELS = 'aeval=val(0)|val(min(1\\,nb_in_channels-1)):channel_layout=stereo';

export interface FfmpegSourceOptions {
  readonly live: boolean;
  /** The name of the source in error messages. */
  readonly name: string;
  readonly shape: AudioShape;
  /** Channels of the input, where known. However many they are, they become one, and do not cancel each other. */
  readonly inputChannels?: number;
  /** The gain that brings the loudest sample of a file within full scale; 1 where it already is. */
  readonly gain?: number;
}

/** Opens anything that ffmpeg reads, as 16-bit PCM of this shape. */
export function openFfmpegSource(
  ffmpeg: string,
  input: readonly string[],
  { live, name, shape: { sampleRate, channels }, inputChannels, gain = 1 }: FfmpegSourceOptions,
): AudioSource {
  // The channels of a device are known only once it is open, and ffmpeg's own way from one channel to two makes it
  // quieter.
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
  // Ctrl-C in a terminal must not reach ffmpeg: we end it ourselves, and can then tell that it did not fail.
  const running = startProgram(ffmpeg, args, { ownGroup: true });
  const child = running.process;
  child.stdin.end();
  // Read from the start: once the child has exited, Node drops output that nobody reads.
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
      // The rest of the output is not wanted; unread, it would keep the pipe open.
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
