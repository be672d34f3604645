import type { InputAudioTrack } from 'mediabunny';
import type { ExportFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import { requireRegularFile } from '../disk/regular-file.ts';

/** What a delivered file must contain. */
export interface ExpectedFile {
  readonly format: ExportFormat;
  readonly seconds: number;
  readonly sampleRate: number;
  readonly channels: number;
  /** Bits a second, for MP3, whose frames all have the same size. */
  readonly bitRate?: number;
}

const CODECS: Record<ExportFormat, string> = {
  wav: 'pcm-s16',
  mp4: 'aac',
  mp3: 'mp3',
  flac: 'flac',
  opus: 'opus',
};

const TOLERANCE_SECONDS = 0.05;
/** The encoder's and the decoder's delay and up to two frames of 1152: counted in an MP3's length, not played. */
const MP3_PADDING_FRAMES = 1105 + 2 * 1152;
/** Opus may end up to one 20 ms packet and its 6.5 ms look-ahead late. */
const OPUS_PADDING_SECONDS = 0.03;

/** Reads the file back with an independent reader; rejects with ENCODING_FAILED unless it is complete. */
export async function verifyFile(path: string, expected: ExpectedFile): Promise<void> {
  // Loaded when first needed: it would add 70 ms to every launch.
  const { ALL_FORMATS, FilePathSource, Input } = await import('mediabunny');
  await requireRegularFile(path).catch((error: unknown) => {
    throw unreadable(
      expected,
      error instanceof LecternError ? 'it is no file, but a link or a device' : 'it is not there',
      error,
    );
  });
  const input = new Input({ source: new FilePathSource(path), formats: ALL_FORMATS });
  try {
    const track = await input.getPrimaryAudioTrack();
    if (track === null) throw unreadable(expected, 'it holds no audio track');
    const codec = await track.getCodec();
    if (codec !== CODECS[expected.format]) throw unreadable(expected, `its audio is ${codec ?? 'unknown'}`);
    const [sampleRate, channels] = [await track.getSampleRate(), await track.getNumberOfChannels()];
    const rate = expected.format === 'opus' ? 48_000 : expected.sampleRate;
    if (sampleRate !== rate || channels !== expected.channels) {
      throw unreadable(
        expected,
        `it has ${channels} channels at ${sampleRate} Hz instead of ${expected.channels} at ${rate} Hz`,
      );
    }
    const seconds = await readSeconds(track, path, expected);
    const missing = expected.seconds - seconds;
    if (missing > TOLERANCE_SECONDS || -missing > TOLERANCE_SECONDS + paddingSeconds(expected)) {
      throw unreadable(
        expected,
        `it lasts ${seconds.toFixed(3)} s instead of ${expected.seconds.toFixed(3)} s`,
      );
    }
  } catch (error) {
    if (error instanceof LecternError) throw error;
    throw unreadable(expected, 'it could not be read back', error);
  } finally {
    input.dispose();
  }
}

/** What is wrong with a file, in half a sentence; undefined where it is complete. */
export async function findFault(path: string, expected: ExpectedFile): Promise<string | undefined> {
  try {
    await verifyFile(path, expected);
    return undefined;
  } catch (error) {
    const what = error instanceof LecternError ? error.details?.['what'] : undefined;
    return typeof what === 'string' ? what : 'it could not be read back';
  }
}

async function readSeconds(track: InputAudioTrack, path: string, expected: ExpectedFile): Promise<number> {
  if (expected.format === 'mp4') {
    // The index is in front: only reading the last packet shows whether its packets are really there.
    const { EncodedPacketSink } = await import('mediabunny');
    const last = await new EncodedPacketSink(track).getPacket(Infinity);
    if (last === null || last.byteLength === 0) throw unreadable(expected, 'its last packet is missing');
    return last.timestamp + last.duration;
  }
  if (expected.format !== 'mp3' || expected.bitRate === undefined) return track.computeDuration();
  // Walking an hour of MP3 frames takes seconds. All frames have one size, so the length in the header is right where
  // the bytes are there.
  const seconds = await track.getDurationFromMetadata();
  const { size } = await requireRegularFile(path);
  const bytesExpected = (expected.bitRate / 8) * expected.seconds;
  if (size < bytesExpected * 0.99) {
    throw unreadable(expected, `it has ${size} bytes where ${Math.round(bytesExpected)} were expected`);
  }
  return seconds ?? track.computeDuration();
}

function paddingSeconds(expected: ExpectedFile): number {
  if (expected.format === 'mp3') return MP3_PADDING_FRAMES / expected.sampleRate;
  return expected.format === 'opus' ? OPUS_PADDING_SECONDS : 0;
}

function unreadable(expected: ExpectedFile, what: string, cause?: unknown): LecternError {
  const name = expected.format.toUpperCase();
  return new LecternError('ENCODING_FAILED', `The ${name} file was not kept: ${what}`, {
    cause,
    details: { what },
  });
}
