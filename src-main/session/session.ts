import type { Track } from '../contract/audio-format.ts';
import { frameBytes } from '../contract/audio-format.ts';
import { DEFAULT_START, type StartMessage } from '../contract/client-messages.ts';
import { fixedError, LecternError } from '../contract/errors.ts';
import { readFrameHeader } from '../contract/headed-frame.ts';
import { MEBIBYTE, PROGRESS_INTERVAL_CHUNKS, type Limits } from '../contract/limits.ts';
import type { ServerMessage, SessionState, StopReason } from '../contract/server-messages.ts';
import { createForeignAudio } from './foreign-audio.ts';
import { createFrameRemainder, type FrameRemainder } from './frame-remainder.ts';
import { createMailbox } from './mailbox.ts';
import { createConversation, type Conversation, type LiveText } from './conversation.ts';
import {
  droppedBytesWarning,
  errorMessage,
  limitError,
  partialFrameWarning,
  elsewhereWarning,
  reasonOf,
  relocatedWarning,
  startedMessage,
} from './messages.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type {
  Profiles,
  SessionSpec,
  SessionStore,
  TapClient,
  TurnDetector,
  TurnDetectorOptions,
} from './ports.ts';
import { ARRIVAL_TOLERANCE_MS } from './arrival.ts';
import type { RefusedChunk } from './parse-client-message.ts';
import type { PartEnd } from './part-budget.ts';
import { createRefusals, WAITED_FOR_MS } from './refusals.ts';
import { specOf } from './session-spec.ts';
import { createSessionWatch, type SessionWatch } from './session-watch.ts';
import { openTake, type Take } from './take.ts';
import type { ChunkInput } from './take-intake.ts';
import { createTaps, type Taps } from './taps.ts';
import { CHUNK_OVERHEAD_BYTES, statusOf } from './track.ts';

/** Bytes waiting for the disk above which a sender is asked to wait. */
const HIGH_WATER_BYTES = 4 * MEBIBYTE;
/** So much audio waiting for the disk, more than five seconds of it, and the disk has stopped, not its source. */
const WAITING_FOR_DISK_BYTES = 1 * MEBIBYTE;
/** Bytes of messages waiting their turn above which more are refused: what a stalled disk may cost in memory. */
const MAX_WAITING_BYTES = 32 * MEBIBYTE;
export interface SessionOptions {
  readonly id: string;
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly profiles: Profiles;
  readonly send: (message: ServerMessage) => void;
  /** True once the engine finalises everything: nothing may start then. */
  readonly isClosing: () => boolean;
  /** Called whenever the session starts or ends. */
  readonly onActivity: () => void;
  /** Called once the files of a recording are final and its client has been told. */
  readonly onEnded: () => void;
  /** A title for a session that was given none. */
  readonly nameSession: (startedAtMs: number) => string;
  /** Strict base64; undefined for anything else. */
  readonly decodeBase64: (text: string) => Uint8Array | undefined;
  readonly newId: () => string;
  readonly openTurnDetector: (options: TurnDetectorOptions) => TurnDetector;
  /** Bytes that may wait for one listener at this moment. */
  readonly allowedUnsentTapBytes: () => number;
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
  /** True from the moment a start is asked for until its files are final. */
  readonly active: boolean;
  /** Begins; where it has begun already, answers ALREADY_RECORDING, or goes on where told so. */
  start(message: StartMessage, options?: { readonly unlessRunning: boolean }): Promise<void>;
  audioChunk(chunk: AudioChunkInput): Promise<void>;
  binary(frame: Uint8Array): Promise<void>;
  /** Refuses a chunk that was too long to be read; of a binary one, its first bytes are known. */
  oversized(head: Uint8Array | undefined): Promise<void>;
  /** Another connection sends from now on: what it sends does not continue what came before. */
  changeSender(): Promise<void>;
  /** Answers a message that could not be read, in its turn. What follows the chunk that it was need not wait for it. */
  refuse(error: LecternError, chunk?: RefusedChunk): Promise<void>;
  /** A chunk that was answered with an error had this number: what follows need not wait for it. */
  passOver(chunk: RefusedChunk): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  marker(label: string | undefined): Promise<void>;
  transcript(text: LiveText): Promise<void>;
  /** The client's own voice activity, of the first track unless it says otherwise. */
  voice(track: Track | undefined, active: boolean): Promise<void>;
  /** Lets somebody listen until the take ends, or the returned way to leave is taken. Throws NOT_RECORDING, TAPS_FULL. */
  tap(client: TapClient): () => void;
  status(): Promise<void>;
  /** Finalises; without a recording answers NOT_RECORDING, unless `reason` says that nobody asked. */
  stop(reason?: StopReason): Promise<void>;
  /** Looks at the clock: warns when a source stalls or falls behind. To be called a few times a second. */
  tick(): void;
  /** True once it has moved to the fallback folder. */
  readonly relocated: boolean;
  /** The folder it is recorded to while it runs, where that is not the usual one. */
  readonly recordingsDir: string | undefined;
  /** File bytes a second of recording makes; 0 when nothing is being recorded. */
  readonly bytesPerSecond: number;
  /** Takes note of how long the disk still lasts. At 0 the session is finalised while that is still possible. */
  noteDiskMinutes(minutes: number): void;
}

/** What is known of a chunk before its turn has come. */
interface ChunkPlace {
  readonly track: Track;
  readonly seq?: number | undefined;
  /** Length of its audio, where that is known. */
  readonly bytes?: number;
}

interface Running {
  readonly spec: SessionSpec;
  /** Where it is recorded instead of the folder that was wanted. */
  readonly elsewhereDir: string | undefined;
  readonly framing: 'raw' | 'headed';
  readonly remainder: FrameRemainder;
  readonly take: Take;
  readonly watch: SessionWatch;
  readonly conversation: Conversation;
  readonly taps: Taps;
}

export function createSession(options: SessionOptions): Session {
  const { id, store, clock, log, limits } = options;
  const mailbox = createMailbox();
  let state: SessionState = 'idle';
  let running: Running | undefined;
  let chunksReceived = 0;
  let chunksRejected = 0;
  let waitingBytes = 0;
  let starting = 0;
  let tickPosted = false;
  let refusals = createRefusals(() => clock.monotonicMs());
  const foreign = createForeignAudio();

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

  const finish = async (wanted?: StopReason, { writeErrorTold = false } = {}): Promise<void> => {
    if (running === undefined || state === 'finalising') return;
    const { take, conversation, taps, remainder } = running;
    dropRemainder(remainder.drop());
    state = 'finalising';
    let reason = wanted;
    const settle = async (): Promise<void> => {
      await take.settle();
      if (take.failure === undefined || writeErrorTold) return;
      reason = (await moveOrGiveUp(take, take.failure)) ?? wanted;
      await take.settle();
    };
    // Whatever happens on the way, the files are closed.
    await settle().catch((error: unknown) => {
      log('error', 'what was held back could not be written', { id, error });
      options.send(errorMessage(error));
    });
    conversation.end();
    const closed = await take.finish(reason).catch((error: unknown) => {
      log('error', 'session could not be finalised', { id, error });
      return { message: errorMessage(error), tellLate: () => undefined };
    });
    const outcome = closed.message;
    const kept =
      outcome.type !== 'recording_stopped' || outcome.files.length > 0 || outcome.pending !== undefined;
    if (!kept && take.failure === undefined)
      options.send(errorMessage(new LecternError('FOLDER_UNWRITABLE', UNFINISHED_MESSAGE)));
    const interrupted =
      !kept || reason === 'disconnected' || reason === 'write_failed' || reason === 'disk_full';
    const status = outcome.type === 'error' ? 'failed' : interrupted ? 'interrupted' : 'completed';
    await store.end(id, status).catch((error: unknown) => {
      log('error', 'the end of the session could not be written down', { id, error });
    });
    // Told last: whoever hears of it may rename, export or delete the session at once.
    state = 'done';
    running = undefined;
    options.send(outcome);
    closed.tellLate();
    taps.tell(outcome);
    taps.close();
    options.onActivity();
    options.onEnded();
  };

  /** Goes on in the fallback folder, or says for which reason the recording must end. */
  const moveOrGiveUp = async (take: Take, error: unknown): Promise<StopReason | undefined> => {
    const reason = error instanceof LecternError && error.code === 'DISK_FULL' ? 'disk_full' : 'write_failed';
    options.send(errorMessage(error));
    if (!store.canRelocate || take.relocated) return reason;
    try {
      await take.relocate(reason);
      options.send(relocatedWarning());
      return undefined;
    } catch (relocateError) {
      log('error', 'the fallback folder could not be used', { id, error: relocateError });
      return reason;
    }
  };

  const onWriteError = (error: unknown): void => {
    void perform(async () => {
      const take = running?.take;
      // Once it is being finalised, finish looks for failures itself; and each failure is dealt with once.
      if (take === undefined || state === 'finalising' || (take.failure === undefined && take.relocated))
        return;
      const reason = await moveOrGiveUp(take, error);
      if (reason !== undefined) await finish(reason, { writeErrorTold: true });
    });
  };

  const progress = (take: Take): void => {
    chunksReceived++;
    if (chunksReceived % PROGRESS_INTERVAL_CHUNKS === 0)
      options.send({
        type: 'progress',
        chunks_received: chunksReceived,
        total_size_mb: mebibytes(take.totalBytes),
        duration_seconds: take.durationSeconds,
      });
  };

  const checkSize = (bytes: number): void => {
    if (bytes > limits.maxChunkBytes) throw fixedError('CHUNK_TOO_LARGE');
  };

  const invalidLength = (bytes: number, bytesPerFrame: number): LecternError =>
    new LecternError(
      'INVALID_CHUNK',
      `Invalid audio chunk: expected a multiple of ${bytesPerFrame} bytes (one frame), got ${bytes}`,
    );

  /** True where the bytes are no samples; that is answered once, and counted each time. */
  const isForeign = (stream: string, bytes: Uint8Array): boolean => {
    const found = foreign.examine(stream, bytes, running?.spec);
    if (found === undefined) return false;
    refuseChunk(found.error);
    if (found.isNews) options.send(errorMessage(found.error));
    return true;
  };

  const dropRemainder = (bytes: number): void => {
    if (bytes > 0 && running !== undefined)
      options.send(droppedBytesWarning(bytes, frameBytes(running.spec)));
  };

  /** A chunk whose bytes must be whole frames. */
  const takeWhole = async (stream: string, track: Track, chunk: ChunkInput): Promise<void> => {
    const { byteLength } = chunk.bytes;
    checkSize(byteLength);
    if (isForeign(`${stream} ${track}`, chunk.bytes)) return passOver({ track, seq: chunk.seq });
    const bytesPerFrame = frameBytes(requireRunning().spec);
    if (byteLength === 0 || byteLength % bytesPerFrame !== 0) throw invalidLength(byteLength, bytesPerFrame);
    return takeChunk(track, chunk);
  };

  /** Raw bytes, cut anywhere: what is no whole frame yet waits for the rest of it. */
  const takeRaw = async (frame: Uint8Array, arrivedMs: number): Promise<void> => {
    const { spec, remainder } = requireRunning();
    const bytesPerFrame = frameBytes(spec);
    checkSize(frame.byteLength);
    if (frame.byteLength === 0) throw invalidLength(0, bytesPerFrame);
    if (isForeign('raw', frame)) return dropRemainder(remainder.drop());
    const { whole, isNews } = remainder.take(frame, state === 'paused');
    if (isNews) options.send(partialFrameWarning(frame.byteLength, bytesPerFrame));
    if (whole.byteLength > 0) await takeChunk(spec.tracks[0] ?? 'user', { bytes: whole, arrivedMs });
  };

  /** Ends the recording where a limit says so. */
  const endAt = async (end: PartEnd | undefined): Promise<boolean> => {
    if (end === undefined || end === 'SPLIT') return false;
    options.send(limitError(end));
    await finish(reasonOf(end));
    return true;
  };

  const takeChunk = async (track: Track, chunk: ChunkInput): Promise<void> => {
    const { take } = requireRunning();
    if (state === 'paused') {
      take.skip(track, chunk.seq);
      return;
    }
    const end = await take.accept(track, chunk);
    progress(take);
    if ((await endAt(end)) || take.queuedBytes <= HIGH_WATER_BYTES) return;
    const sinceMs = clock.monotonicMs();
    await take.drained();
    const nowMs = clock.monotonicMs();
    if (nowMs - sinceMs > ARRIVAL_TOLERANCE_MS / 2) take.heldUp(nowMs + ARRIVAL_TOLERANCE_MS);
  };

  /** What follows a numbered chunk that was answered for good need not wait for it. */
  const passOver = async ({ track, seq, bytes }: ChunkPlace): Promise<void> => {
    if (running === undefined || seq === undefined || !running.spec.tracks.includes(track)) return;
    // What came during a pause has no length.
    const length = state === 'paused' ? 0 : bytes;
    if (state === 'paused' || state === 'recording')
      await endAt(await running.take.refuse(track, seq, length));
  };

  /** As perform, for audio: bounded while it waits, and a refused chunk is counted and logged as well as answered. */
  const performChunk = (
    bytes: number,
    place: ChunkPlace | undefined,
    task: (arrivedMs: number) => Promise<void>,
  ): Promise<void> => {
    const arrivedMs = clock.monotonicMs();
    // Heard of now, as its turn may come late.
    if (place !== undefined) running?.watch.noteChunk(place.track);
    const heldBack = place?.seq !== undefined && refusals.holdsBack(place.track, place.seq);
    if (heldBack || waitingBytes >= MAX_WAITING_BYTES) {
      if (place?.seq !== undefined && !heldBack) refusals.note(place.track, place.seq);
      return refuseAtOnce(heldBack);
    }
    // Many small chunks cost more than their bytes.
    const cost = bytes + CHUNK_OVERHEAD_BYTES;
    waitingBytes += cost;
    return perform(async () => {
      try {
        await task(arrivedMs);
      } catch (error) {
        if (place !== undefined) await passOver(place);
        throw refuseChunk(error);
      } finally {
        waitingBytes -= cost;
      }
    });
  };

  /**
   * Told at once, as its turn may be minutes away. A function of its own, as a closure beside the task would keep the
   * task, and with it the chunk, until then.
   */
  const refuseAtOnce = (heldBack: boolean): Promise<void> => {
    const message = heldBack
      ? 'The disk was too slow for a chunk before this one. Send that one again first, then this one'
      : `The disk is too slow: ${MAX_WAITING_BYTES / MEBIBYTE} MB are waiting to be written. Send this chunk again later`;
    const error = new LecternError('SLOW_CONSUMER', message);
    options.send(errorMessage(error));
    running?.take.heldUp(clock.monotonicMs() + WAITED_FOR_MS);
    return mailbox.post(() => void refuseChunk(error));
  };

  /** In its turn, and one at a time: its turn may be long in coming. */
  const tickTake = (): void => {
    if (tickPosted || running?.take.isDue !== true) return;
    tickPosted = true;
    void perform(async () => {
      tickPosted = false;
      if (running !== undefined && (state === 'recording' || state === 'paused'))
        await endAt(await running.take.tick());
    });
  };

  const refuseChunk = (error: unknown): unknown => {
    chunksRejected++;
    running?.take.reject(running.spec.tracks[0] ?? 'user');
    // The first few say what is wrong; a broken sender must not fill the log.
    if (chunksRejected <= 5 && error instanceof LecternError)
      log('warn', 'audio chunk refused', { id, code: error.code, reason: error.message });
    return error;
  };

  const placeOf = (frame: Uint8Array): ChunkPlace | undefined => {
    if (running === undefined) return undefined;
    const { framing, spec } = running;
    if (framing === 'raw') return { track: spec.tracks[0] ?? 'user' };
    const parsed = readFrameHeader(frame, spec.tracks);
    return 'problem' in parsed
      ? undefined
      : { track: parsed.track, seq: parsed.header.seq, bytes: parsed.samples.byteLength };
  };

  const placeOfText = ({ track, seq, data }: AudioChunkInput): ChunkPlace => ({
    track: track ?? running?.spec.tracks[0] ?? 'user',
    bytes: decodedBytes(data),
    ...(seq === undefined ? {} : { seq }),
  });

  const placeOfRefused = ({ track, seq }: RefusedChunk): ChunkPlace => ({
    track: track ?? running?.spec.tracks[0] ?? 'user',
    seq,
  });

  const begin = async (message: StartMessage): Promise<void> => {
    const { profiles, nameSession } = options;
    const spec = specOf({ id, message, profiles, startedAtMs: clock.wallMs(), nameSession });
    if (running !== undefined) throw fixedError('ALREADY_RECORDING');
    const { firstPart, earlierSeconds, elsewhere } = await store.begin(spec);
    const onLimit = message.on_limit ?? DEFAULT_START.on_limit;
    const live = message.framing === 'headed';
    const taps = createTaps(spec.tracks, options.allowedUnsentTapBytes);
    const tellAll = (told: ServerMessage): void => {
      options.send(told);
      taps.tell(told);
    };
    const opened = await openTake({
      spec,
      firstPart,
      onLimit,
      live,
      limits,
      store,
      clock,
      send: options.send,
      onWriteError,
    }).catch(async (error: unknown) => {
      await store.end(id, 'failed').catch(() => undefined);
      throw error;
    });
    const conversation = createConversation({
      spec,
      detector: options.openTurnDetector({
        sampleRate: spec.sampleRate,
        channels: spec.channels,
        tracks: spec.tracks,
        newId: options.newId,
      }),
      clock,
      newId: options.newId,
      earlierSeconds,
      locate: opened.locate,
      positionOf: opened.positionOf,
      nextFrame: opened.nextFrame,
      send: tellAll,
      saveSegments: (segments) => {
        store.addSegments(id, segments);
      },
      saveText: (entry) => {
        store.addTranscript(id, entry);
      },
    });
    opened.listen((track, startFrame, placement) => {
      if (placement.kind === 'audio') {
        taps.audio(track, startFrame, placement.pcm);
        conversation.audio(track, startFrame, placement.pcm);
      } else if (placement.kind === 'silence') conversation.silence(track, startFrame, placement.frames);
      else conversation.jump(track);
    });
    running = {
      conversation,
      taps,
      spec,
      elsewhereDir: elsewhere?.dir,
      framing: message.framing ?? DEFAULT_START.framing,
      remainder: createFrameRemainder(frameBytes(spec)),
      take: opened,
      watch: createSessionWatch({
        live,
        tracks: spec.tracks,
        nowMs: () => clock.monotonicMs(),
        send: options.send,
        behindClockSeconds: (track) => opened.behindClockSeconds(track),
      }),
    };
    chunksReceived = 0;
    refusals = createRefusals(() => clock.monotonicMs());
    foreign.restart();
    state = 'recording';
    options.onActivity();
    options.send(startedMessage(spec, firstPart));
    if (elsewhere !== undefined) options.send(elsewhereWarning(elsewhere));
  };

  return {
    id,
    get state() {
      return state;
    },
    get active() {
      return starting > 0 || (state !== 'idle' && state !== 'done');
    },
    start(message, { unlessRunning } = { unlessRunning: false }) {
      // Looked at now, not in its turn: what was asked for before the end is begun, and then finalised with the rest.
      if (options.isClosing())
        return perform(() => {
          throw new LecternError('SHUTTING_DOWN', 'Lectern is closing; start it again to record');
        });
      // Said at once: a client that leaves before its session has begun leaves a session all the same.
      starting++;
      return perform(() => (unlessRunning && running !== undefined ? undefined : begin(message))).finally(
        () => {
          starting--;
          options.onActivity();
        },
      );
    },
    audioChunk: (chunk) =>
      performChunk(chunk.data.length, placeOfText(chunk), async (arrivedMs) => {
        const { spec } = requireRunning();
        if (decodedBytes(chunk.data) > limits.maxChunkBytes) throw fixedError('CHUNK_TOO_LARGE');
        const bytes = options.decodeBase64(chunk.data);
        if (bytes === undefined) throw fixedError('INVALID_AUDIO_ENCODING');
        const { seq, start_frame: startFrame } = chunk;
        await takeWhole('text', chunk.track ?? spec.tracks[0] ?? 'user', {
          seq,
          startFrame,
          bytes,
          arrivedMs,
        });
      }),
    binary: (frame) =>
      performChunk(frame.byteLength, placeOf(frame), async (arrivedMs) => {
        if (running === undefined) foreign.examine('raw', frame, undefined);
        const { spec, framing } = requireRunning();
        if (framing === 'raw') return takeRaw(frame, arrivedMs);
        const parsed = readFrameHeader(frame, spec.tracks);
        if (!('problem' in parsed))
          return takeWhole('headed', parsed.track, { ...parsed.header, bytes: parsed.samples, arrivedMs });
        if (!isForeign('raw', frame))
          throw new LecternError('INVALID_CHUNK', `Invalid audio chunk: ${parsed.problem}`);
      }),
    oversized: (head) => {
      const { track, seq } = (head === undefined ? undefined : placeOf(head)) ?? {};
      const place = track === undefined ? undefined : { track, ...(seq === undefined ? {} : { seq }) };
      return performChunk(head?.byteLength ?? 0, place, () => Promise.reject(fixedError('CHUNK_TOO_LARGE')));
    },
    changeSender: () =>
      perform(() => {
        if (running !== undefined) dropRemainder(running.remainder.drop());
      }),
    refuse: (error, chunk) =>
      perform(async () => {
        if (chunk !== undefined) await passOver(placeOfRefused(chunk));
        throw error;
      }),
    passOver: (chunk) => perform(() => passOver(placeOfRefused(chunk))),
    pause: () => {
      const atMs = clock.monotonicMs();
      return perform(async () => {
        const { take: current, conversation } = requireRunning();
        await current.pause(atMs);
        conversation.pause();
        state = 'paused';
        options.send({ type: 'recording_paused', duration_seconds: current.durationSeconds });
      });
    },
    resume: () => {
      const atMs = clock.monotonicMs();
      return perform(() => {
        const { take: current, watch, remainder } = requireRunning();
        if (state === 'paused') dropRemainder(remainder.dropAfterPause());
        state = 'recording';
        current.resume(atMs);
        watch.excuse();
        options.send({ type: 'recording_resumed', duration_seconds: current.durationSeconds });
      });
    },
    marker: (label) =>
      perform(() => {
        const { written, ...marker } = requireRunning().take.addMarker(label ?? '');
        const answer = (): void => {
          options.send({
            type: 'marker_added',
            index: marker.index,
            position_seconds: marker.seconds,
            label: marker.label,
          });
        };
        if (written === undefined) return answer();
        // Audio does not wait for it; the answer does, as it says that the marker is kept.
        void written.then(answer, (error: unknown) => options.send(errorMessage(error)));
      }),
    transcript: (text) => {
      const atMs = clock.monotonicMs();
      return perform(() => {
        requireRunning().conversation.text(text, atMs);
      });
    },
    voice: (track, active) => {
      const atMs = clock.monotonicMs();
      return perform(() => {
        const { conversation, spec } = requireRunning();
        const named = track ?? spec.tracks[0] ?? 'user';
        if (!spec.tracks.includes(named))
          throw new LecternError(
            'INVALID_MESSAGE',
            `Invalid message: expected a track of this session (${spec.tracks.join(', ')}), got ${named}`,
          );
        if (state === 'recording') conversation.voice(named, active, atMs);
      });
    },
    tap: (client) => requireRunning().taps.add(client),
    status: () =>
      perform(() => {
        const { take, watch, spec } = running ?? {};
        const quietFrames = (track: Track): number =>
          state === 'recording'
            ? Math.round(((watch?.quietMs(track) ?? 0) / 1000) * (spec?.sampleRate ?? 0))
            : 0;
        options.send({
          type: 'status',
          session_id: id,
          state,
          part: take?.part ?? 0,
          chunks_received: chunksReceived,
          total_size_mb: mebibytes(take?.totalBytes ?? 0),
          duration_seconds: take?.durationSeconds ?? 0,
          tracks: (take?.tracks ?? []).map((track) => statusOf(track, quietFrames(track.name))),
          disk_minutes_left: watch?.diskMinutesLeft ?? null,
        });
      }),
    stop: (reason) =>
      perform(async () => {
        if (reason === undefined) requireRunning();
        await finish(reason);
      }),
    tick() {
      tickTake();
      if (state !== 'recording' || running === undefined) return;
      // A sender that waits for the disk has not stopped.
      if (running.take.queuedBytes > WAITING_FOR_DISK_BYTES) running.watch.excuse();
      running.watch.tick();
    },
    get relocated() {
      return running?.take.relocated ?? false;
    },
    get recordingsDir() {
      return running?.elsewhereDir ?? running?.spec.recordingsDir;
    },
    get bytesPerSecond() {
      return state === 'recording' || state === 'paused' ? (running?.take.bytesPerSecond ?? 0) : 0;
    },
    noteDiskMinutes(minutes) {
      if (running === undefined || state === 'finalising') return;
      if (minutes <= 0) onWriteError(new LecternError('DISK_FULL', DISK_FULL_MESSAGE));
      else running.watch.noteDiskMinutes(minutes);
    },
  };
}

const DISK_FULL_MESSAGE =
  'The disk is full. Everything recorded so far is kept; free some space, or choose another folder in Settings';

const UNFINISHED_MESSAGE =
  'The recording could not be finished in its folder. Everything recorded is kept; make the folder writable and ' +
  'start Lectern again, which puts it in order';

/** Bytes that base64 text decodes to, known before any of it is decoded. */
function decodedBytes(base64: string): number {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return Math.floor((base64.length * 3) / 4) - padding;
}

function mebibytes(bytes: number): number {
  return Math.round((bytes / MEBIBYTE) * 1000) / 1000;
}
