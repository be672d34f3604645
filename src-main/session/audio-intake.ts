import { frameBytes, type Track } from '../contract/audio-format.ts';
import { fixedError, LecternError } from '../contract/errors.ts';
import { readFrameHeader } from '../contract/headed-frame.ts';
import { MEBIBYTE, PROGRESS_INTERVAL_CHUNKS, type Limits } from '../contract/limits.ts';
import type { ServerMessage } from '../contract/server-messages.ts';
import type { Clock } from '../runtime/clock.ts';
import { ARRIVAL_TOLERANCE_MS } from './arrival.ts';
import type { ChunkGate, ChunkPlace } from './chunk-gate.ts';
import type { CurrentRecording } from './current-recording.ts';
import { createForeignAudio } from './foreign-audio.ts';
import { errorMessage, mebibytes } from './messages.ts';
import { firstTrack, type Recording } from './recording.ts';
import type { RecordingEnd } from './recording-end.ts';
import type { ChunkInput } from './take-intake.ts';

/** Bytes waiting for the disk above which a sender is asked to wait. */
const HIGH_WATER_BYTES = 4 * MEBIBYTE;

/** A chunk as text, its samples in base64. */
export interface AudioChunkInput {
  readonly data: string;
  readonly track?: Track | undefined;
  readonly seq?: number | undefined;
  readonly start_frame?: number | undefined;
}

export interface AudioIntakeOptions {
  readonly current: CurrentRecording;
  readonly gate: ChunkGate;
  readonly end: RecordingEnd;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly send: (message: ServerMessage) => void;
  /** Strict base64; undefined for anything else. */
  readonly decodeBase64: (text: string) => Uint8Array | undefined;
}

/** A session's audio, in any form: checks it, cuts it into whole frames, and hands it to the take. */
export interface AudioIntake {
  audioChunk(chunk: AudioChunkInput): Promise<void>;
  binary(frame: Uint8Array): Promise<void>;
  /** Refuses a chunk that was too long to be read; for a binary one, its first bytes are known. */
  oversized(head: Uint8Array | undefined): Promise<void>;
  /** A new recording begins. */
  restart(): void;
  readonly chunksReceived: number;
}

export function createAudioIntake(options: AudioIntakeOptions): AudioIntake {
  const { current, gate, end, clock, limits, send } = options;
  const foreign = createForeignAudio();
  let chunksReceived = 0;

  const checkSize = (bytes: number): void => {
    if (bytes > limits.maxChunkBytes) throw fixedError('CHUNK_TOO_LARGE');
  };

  /** True where the bytes are not samples; that is answered once, and counted each time. */
  const isForeign = (stream: string, bytes: Uint8Array, { spec }: Recording): boolean => {
    const found = foreign.examine(stream, bytes, spec);
    if (found === undefined) return false;
    gate.count(found.error);
    if (found.isNews) send(errorMessage(found.error));
    return true;
  };

  const countReceived = ({ take }: Recording): void => {
    chunksReceived++;
    if (chunksReceived % PROGRESS_INTERVAL_CHUNKS === 0)
      send({
        type: 'progress',
        chunks_received: chunksReceived,
        total_size_mb: mebibytes(take.totalBytes),
        duration_seconds: take.durationSeconds,
      });
  };

  /** Resolves when the next chunk is welcome. */
  const takeChunk = async (recording: Recording, track: Track, chunk: ChunkInput): Promise<void> => {
    const { take } = recording;
    if (recording.phase === 'paused') {
      take.skip(track, chunk.seq);
      return;
    }
    const reached = await take.accept(track, chunk);
    countReceived(recording);
    if ((await end.endAt(reached)) || take.queuedBytes <= HIGH_WATER_BYTES) return;
    const sinceMs = clock.monotonicMs();
    await take.drained();
    const nowMs = clock.monotonicMs();
    if (nowMs - sinceMs > ARRIVAL_TOLERANCE_MS / 2) take.blockedUntil(nowMs + ARRIVAL_TOLERANCE_MS);
  };

  /** A chunk whose bytes must be whole frames. */
  const takeWhole = async (
    recording: Recording,
    stream: string,
    track: Track,
    chunk: ChunkInput,
  ): Promise<void> => {
    const { byteLength } = chunk.bytes;
    checkSize(byteLength);
    if (isForeign(`${stream} ${track}`, chunk.bytes, recording))
      return gate.passOver({ track, seq: chunk.seq });
    const bytesPerFrame = frameBytes(recording.spec);
    if (byteLength === 0 || byteLength % bytesPerFrame !== 0) throw invalidLength(byteLength, bytesPerFrame);
    return takeChunk(recording, track, chunk);
  };

  /** Raw bytes, cut anywhere: an incomplete frame waits for its rest. */
  const takeRaw = async (recording: Recording, frame: Uint8Array, arrivedMs: number): Promise<void> => {
    const { spec, remainder, phase } = recording;
    checkSize(frame.byteLength);
    if (frame.byteLength === 0) throw invalidLength(0, frameBytes(spec));
    if (isForeign('raw', frame, recording)) return remainder.drop();
    const whole = remainder.take(frame, phase === 'paused');
    if (whole.byteLength > 0) await takeChunk(recording, firstTrack(recording), { bytes: whole, arrivedMs });
  };

  return {
    audioChunk: (chunk) =>
      gate.perform(chunk.data.length, placeOfText(chunk, current.recording), async (arrivedMs) => {
        const recording = current.require();
        checkSize(decodedBytes(chunk.data));
        const bytes = options.decodeBase64(chunk.data);
        if (bytes === undefined) throw fixedError('INVALID_AUDIO_ENCODING');
        const { seq, start_frame: startFrame, track = firstTrack(recording) } = chunk;
        await takeWhole(recording, 'text', track, { seq, startFrame, bytes, arrivedMs });
      }),
    binary: (frame) => {
      const { recording } = current;
      // Its place must be known before its turn comes. The header is then read again only if another recording has
      // begun.
      const early = headerOf(frame, recording);
      return gate.perform(frame.byteLength, placeOf(early, recording), async (arrivedMs) => {
        if (current.recording === undefined) foreign.examine('raw', frame, undefined);
        const now = current.require();
        const headed = now === recording ? early : headerOf(frame, now);
        if (headed === undefined) return takeRaw(now, frame, arrivedMs);
        if (!('problem' in headed))
          return takeWhole(now, 'headed', headed.track, {
            ...headed.header,
            bytes: headed.samples,
            arrivedMs,
          });
        if (!isForeign('raw', frame, now))
          throw new LecternError('INVALID_CHUNK', `Invalid audio chunk: ${headed.problem}`);
      });
    },
    oversized: (head) => {
      const { recording } = current;
      const known = head === undefined ? undefined : placeOf(headerOf(head, recording), recording);
      const place = known === undefined ? undefined : { track: known.track, seq: known.seq };
      return gate.perform(head?.byteLength ?? 0, place, () => Promise.reject(fixedError('CHUNK_TOO_LARGE')));
    },
    restart() {
      chunksReceived = 0;
      gate.restart();
      foreign.restart();
    },
    get chunksReceived() {
      return chunksReceived;
    },
  };
}

type HeadedFrame = ReturnType<typeof readFrameHeader>;

/** Undefined where binary frames have no header, or nothing is being recorded. */
function headerOf(frame: Uint8Array, recording: Recording | undefined): HeadedFrame | undefined {
  return recording?.framing === 'headed' ? readFrameHeader(frame, recording.spec.tracks) : undefined;
}

function placeOf(headed: HeadedFrame | undefined, recording: Recording | undefined): ChunkPlace | undefined {
  if (recording === undefined) return undefined;
  if (headed === undefined) return { track: firstTrack(recording) };
  return 'problem' in headed
    ? undefined
    : { track: headed.track, seq: headed.header.seq, bytes: headed.samples.byteLength };
}

function placeOfText({ track, seq, data }: AudioChunkInput, recording: Recording | undefined): ChunkPlace {
  return { track: track ?? firstTrack(recording), seq, bytes: decodedBytes(data) };
}

/** The number of bytes in base64 text, known without decoding it. */
function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}

function invalidLength(bytes: number, bytesPerFrame: number): LecternError {
  return new LecternError(
    'INVALID_CHUNK',
    `Invalid audio chunk: expected a multiple of ${bytesPerFrame} bytes (one frame), got ${bytes}`,
  );
}
