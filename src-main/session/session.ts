import type { Track } from '../contract/audio-format.ts';
import { frameBytes } from '../contract/audio-format.ts';
import { DEFAULT_START, type StartMessage } from '../contract/client-messages.ts';
import { fixedError, LecternError } from '../contract/errors.ts';
import { readFrameHeader } from '../contract/headed-frame.ts';
import { MEBIBYTE, PROGRESS_INTERVAL_CHUNKS, type Limits } from '../contract/limits.ts';
import type { ServerMessage, SessionState, StopReason } from '../contract/server-messages.ts';
import { createMailbox } from './mailbox.ts';
import { errorMessage, limitError, noDataWarning, reasonOf, startedMessage } from './messages.ts';
import type { Clock, Log, SessionSpec, SessionStore } from './ports.ts';
import { openTake, type Take } from './take.ts';

/** Bytes waiting for the disk above which a sender is asked to wait. */
const HIGH_WATER_BYTES = 4 * MEBIBYTE;
/** A source that sends nothing for this long is told of. */
const NO_DATA_AFTER_MS = 3000;

export interface SessionOptions {
  readonly id: string;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly send: (message: ServerMessage) => void;
  /** Called whenever the session starts or ends. */
  readonly onActivity: () => void;
  /** A title for a session that was given none. */
  readonly nameSession: (startedAtMs: number) => string;
  /** Strict base64; undefined for anything else. */
  readonly decodeBase64: (text: string) => Uint8Array | undefined;
}

export interface AudioChunkInput {
  readonly data: string;
  readonly track?: Track | undefined;
  readonly seq?: number | undefined;
  readonly start_frame?: number | undefined;
}

/** One session. Every call takes effect in the order of the calls; what is wrong is sent, never thrown. */
export interface Session {
  readonly id: string;
  readonly state: SessionState;
  start(message: StartMessage): Promise<void>;
  audioChunk(chunk: AudioChunkInput): Promise<void>;
  binary(frame: Uint8Array): Promise<void>;
  /** Answers a message that could not be read, in its turn. */
  refuse(error: LecternError): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  marker(label: string | undefined): Promise<void>;
  status(): Promise<void>;
  /** Finalises; without a recording answers NOT_RECORDING, unless `reason` says that nobody asked. */
  stop(reason?: StopReason): Promise<void>;
  /** Looks at the clock: warns when no audio comes. To be called about once a second. */
  tick(): void;
}

interface Running {
  readonly spec: SessionSpec;
  readonly framing: 'raw' | 'headed';
  readonly take: Take;
}

export function createSession(options: SessionOptions): Session {
  const { id, store, clock, log, limits } = options;
  const mailbox = createMailbox();
  let state: SessionState = 'idle';
  let running: Running | undefined;
  let chunksReceived = 0;
  let chunksRejected = 0;
  let lastChunkMs = 0;
  let noDataTold = false;

  /** Runs in order, and answers whatever is thrown. */
  const perform = (task: () => Promise<void> | void): Promise<void> =>
    mailbox.post(async () => {
      try {
        await task();
      } catch (error) {
        if (!(error instanceof LecternError)) log('error', 'session failed unexpectedly', { id, error });
        options.send(errorMessage(error));
      }
    });

  const requireRunning = (): Running => {
    if (running === undefined || (state !== 'recording' && state !== 'paused'))
      throw fixedError('NOT_RECORDING');
    return running;
  };

  const finish = async (reason?: StopReason): Promise<void> => {
    if (running === undefined || state === 'finalising') return;
    const { take } = running;
    state = 'finalising';
    const outcome = await take.finish(reason).catch((error: unknown) => {
      log('error', 'session could not be finalised', { id, error });
      return errorMessage(error);
    });
    const interrupted = reason === 'disconnected' || reason === 'write_failed';
    const status = outcome.type === 'error' ? 'failed' : interrupted ? 'interrupted' : 'completed';
    await store.end(id, status).catch((error: unknown) => {
      log('error', 'the end of the session could not be written down', { id, error });
    });
    // Told last: whoever hears of it may rename, export or delete the session at once.
    state = 'done';
    running = undefined;
    options.send(outcome);
    options.onActivity();
  };

  const onWriteError = (error: unknown): void => {
    void perform(async () => {
      options.send(errorMessage(error));
      await finish('write_failed');
    });
  };

  const progress = (take: Take): void => {
    chunksReceived++;
    lastChunkMs = clock.monotonicMs();
    noDataTold = false;
    if (chunksReceived % PROGRESS_INTERVAL_CHUNKS === 0)
      options.send({
        type: 'progress',
        chunks_received: chunksReceived,
        total_size_mb: mebibytes(take.totalBytes),
        duration_seconds: take.durationSeconds,
      });
  };

  const checkSize = (bytes: number, bytesPerFrame: number): void => {
    if (bytes > limits.maxChunkBytes) throw fixedError('CHUNK_TOO_LARGE');
    if (bytes === 0 || bytes % bytesPerFrame !== 0)
      throw new LecternError(
        'INVALID_CHUNK',
        `Invalid audio chunk: expected a multiple of ${bytesPerFrame} bytes (one frame), got ${bytes}`,
      );
  };

  const take = async (
    track: Track,
    seq: number | undefined,
    startFrame: number | undefined,
    bytes: Uint8Array,
  ) => {
    const { spec, take: current } = requireRunning();
    checkSize(bytes.byteLength, frameBytes(spec));
    if (state === 'paused') {
      current.skip(track, seq);
      return;
    }
    const { stoppedBy } = await current.accept(track, { seq, startFrame, bytes });
    progress(current);
    if (stoppedBy !== undefined) {
      options.send(limitError(stoppedBy));
      await finish(reasonOf(stoppedBy));
    } else if (current.queuedBytes > HIGH_WATER_BYTES) await current.drained();
  };

  /** As perform, for audio: a refused chunk is counted and logged as well as answered. */
  const performChunk = (task: () => Promise<void>): Promise<void> =>
    perform(async () => {
      try {
        await task();
      } catch (error) {
        chunksRejected++;
        running?.take.reject(running.spec.tracks[0] ?? 'user');
        // The first few say what is wrong; a broken sender must not fill the log.
        if (chunksRejected <= 5 && error instanceof LecternError)
          log('warn', 'audio chunk refused', { id, code: error.code, reason: error.message });
        throw error;
      }
    });

  return {
    id,
    get state() {
      return state;
    },
    start: (message) =>
      perform(async () => {
        if (running !== undefined) throw fixedError('ALREADY_RECORDING');
        const spec = specOf(id, message, clock.wallMs(), options.nameSession);
        const { firstPart } = await store.begin(spec);
        const onLimit = message.on_limit ?? DEFAULT_START.on_limit;
        const opened = await openTake({
          spec,
          firstPart,
          onLimit,
          limits,
          store,
          clock,
          send: options.send,
          onWriteError,
        }).catch(async (error: unknown) => {
          await store.end(id, 'failed').catch(() => undefined);
          throw error;
        });
        running = { spec, framing: message.framing ?? DEFAULT_START.framing, take: opened };
        chunksReceived = 0;
        lastChunkMs = clock.monotonicMs();
        noDataTold = false;
        state = 'recording';
        options.onActivity();
        options.send(startedMessage(spec, firstPart));
      }),
    audioChunk: (chunk) =>
      performChunk(async () => {
        const { spec } = requireRunning();
        if (decodedBytes(chunk.data) > limits.maxChunkBytes) throw fixedError('CHUNK_TOO_LARGE');
        const bytes = options.decodeBase64(chunk.data);
        if (bytes === undefined) throw fixedError('INVALID_AUDIO_ENCODING');
        await take(chunk.track ?? spec.tracks[0] ?? 'user', chunk.seq, chunk.start_frame, bytes);
      }),
    binary: (frame) =>
      performChunk(async () => {
        const { spec, framing } = requireRunning();
        if (framing === 'raw') return take(spec.tracks[0] ?? 'user', undefined, undefined, frame);
        const parsed = readFrameHeader(frame, spec.tracks);
        if ('problem' in parsed)
          throw new LecternError('INVALID_CHUNK', `Invalid audio chunk: ${parsed.problem}`);
        return take(parsed.track, parsed.header.seq, parsed.header.startFrame, parsed.samples);
      }),
    refuse: (error) =>
      perform(() => {
        throw error;
      }),
    pause: () =>
      perform(() => {
        const { take: current } = requireRunning();
        state = 'paused';
        options.send({ type: 'recording_paused', duration_seconds: current.durationSeconds });
      }),
    resume: () =>
      perform(() => {
        const { take: current } = requireRunning();
        state = 'recording';
        lastChunkMs = clock.monotonicMs();
        options.send({ type: 'recording_resumed', duration_seconds: current.durationSeconds });
      }),
    marker: (label) =>
      perform(() => {
        const { index, seconds } = requireRunning().take.addMarker(label ?? '');
        options.send({
          type: 'marker_added',
          index,
          position_seconds: seconds,
          label: label === undefined || label === '' ? `Marker ${index + 1}` : label,
        });
      }),
    status: () =>
      perform(() => {
        options.send({
          type: 'status',
          session_id: id,
          state,
          part: running?.take.part ?? 0,
          chunks_received: chunksReceived,
          total_size_mb: mebibytes(running?.take.totalBytes ?? 0),
          duration_seconds: running?.take.durationSeconds ?? 0,
          tracks:
            running?.take.tracks.map((track) => ({
              track: track.name,
              frames: track.writtenFrames,
              next_seq: track.timeline.nextSeq,
            })) ?? [],
        });
      }),
    stop: (reason) =>
      perform(async () => {
        if (reason === undefined) requireRunning();
        await finish(reason);
      }),
    tick() {
      if (state !== 'recording') return;
      const quietMs = clock.monotonicMs() - lastChunkMs;
      if (noDataTold || quietMs < NO_DATA_AFTER_MS) return;
      noDataTold = true;
      options.send(noDataWarning(quietMs / 1000));
    },
  };
}

function specOf(
  id: string,
  message: StartMessage,
  startedAtMs: number,
  nameSession: (startedAtMs: number) => string,
): SessionSpec {
  const title =
    message.title === undefined || message.title === '' ? nameSession(startedAtMs) : message.title;
  return {
    sessionId: id,
    title,
    format: message.format,
    sampleRate: message.sample_rate ?? DEFAULT_START.sample_rate,
    channels: message.channels ?? DEFAULT_START.channels,
    encoding: message.encoding ?? DEFAULT_START.encoding,
    tracks: message.tracks ?? DEFAULT_START.tracks,
    gain: message.gain ?? DEFAULT_START.gain,
    startedAtMs,
  };
}

/** Bytes that base64 text decodes to, known before any of it is decoded. */
function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}

function mebibytes(bytes: number): number {
  return Math.round((bytes / MEBIBYTE) * 1000) / 1000;
}
