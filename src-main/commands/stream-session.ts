import { frameBytes, type DeliveryFormat, type Track } from '../contract/audio-format.ts';
import { type FrameHeader, headedFrame } from '../contract/headed-frame.ts';
import { LecternError, toWireError, type ErrorCode } from '../contract/errors.ts';
import { withLateFile } from '../contract/late-file.ts';
import type { FileEntry, ServerMessage, ServerMessageOf } from '../contract/server-messages.ts';
import type { Recorder } from '../recorder.ts';
import type { Sides } from './open-sides.ts';
import { createPace } from './pace.ts';

export interface StreamOptions {
  /** Absent: the profile's format. */
  readonly format?: DeliveryFormat | undefined;
  readonly profile?: string | undefined;
  readonly title?: string | undefined;
  /** Times real time; 0 is as fast as it is accepted. Ignored for a live source. */
  readonly speed: number;
  /** The most audio to take, in seconds. */
  readonly seconds?: number | undefined;
  readonly gain?: number | undefined;
  /** Ends the recording, which is then finalised as usual. */
  readonly signal: AbortSignal;
  /** Called for every message except the errors that become `failure`. */
  readonly onMessage: (message: ServerMessage) => void;
}

export interface Streamed {
  /** Every part that was recorded. */
  readonly parts: readonly ServerMessageOf<'recording_stopped'>[];
  /** The reason why less was recorded than asked for. */
  readonly failure: LecternError | undefined;
}

/** The session handles these itself: it goes on in another folder, or ends. */
const ANSWERED: ReadonlySet<ErrorCode> = new Set(['DISK_FULL', 'WRITE_FAILED', 'FOLDER_UNWRITABLE']);

/**
 * Streams one side, or both from the same moment on, through the session protocol, as any client would. Rejects where
 * nothing was recorded. A side without audio leaves no session behind.
 */
export async function streamSession(
  recorder: Recorder,
  sides: Sides,
  options: StreamOptions,
): Promise<Streamed> {
  const { signal } = options;
  const [{ source }] = sides;
  const stopSources = (): void => {
    for (const side of sides) side.source.stop();
  };
  if (signal.aborted) stopSources();
  signal.addEventListener('abort', stopSources, { once: true });
  const readers = sides.map((side) => ({
    track: side.track,
    chunks: side.source.chunks()[Symbol.asyncIterator](),
    seq: 0,
    frames: 0,
  }));
  let heard = await Promise.all(readers.map(({ chunks }) => chunks.next()));
  if (heard.some(({ done }) => done === true)) throw noAudio(signal.aborted);

  // A microphone keeps real time: so the engine compares it with the clock, and reports digital zeros as a muted
  // microphone.
  const isLive = sides.every((side) => side.source.live);
  const session = openSession(recorder, options.onMessage);
  await session.say({
    action: 'start',
    format: options.format,
    profile: options.profile,
    tracks: sides.map(({ track }) => track),
    sample_rate: source.sampleRate,
    channels: source.channels,
    encoding: source.encoding,
    framing: isLive ? 'headed' : 'raw',
    // Files begin together and are sent at any speed: only their lengths count.
    placement: isLive ? 'position' : 'append',
    on_limit: 'continue',
    title: options.title,
    gain: options.gain,
  });

  const send = async (): Promise<void> => {
    const bytesPerFrame = frameBytes(source);
    const maxFrames =
      options.seconds === undefined ? Infinity : Math.round(options.seconds * source.sampleRate);
    const pace = createPace(source.live ? 0 : options.speed, signal);
    // A file beside a microphone is sent until the microphone ends; of two files the longer one is sent to its end.
    while (source.live ? heard[0]?.done !== true : heard.some(({ done }) => done !== true)) {
      // After `stop`, a live source is read to its end, so that everything captured is sent.
      if (session.isOver() || (signal.aborted && !source.live)) return;
      for (const [index, next] of heard.entries()) {
        const reader = readers[index];
        if (reader === undefined || next.done === true) continue;
        const wanted = Math.min(next.value.byteLength / bytesPerFrame, maxFrames - reader.frames);
        if (wanted > 0) {
          const samples = next.value.subarray(0, wanted * bytesPerFrame);
          const place = { trackIndex: index, seq: reader.seq++, startFrame: reader.frames };
          await (isLive ? session.sendFrame(place, samples) : session.sendAudio(reader.track, samples));
        }
        reader.frames += wanted;
      }
      const frames = Math.max(...readers.map((reader) => reader.frames));
      if (frames >= maxFrames) return;
      await pace(frames / source.sampleRate);
      heard = await Promise.all(readers.map(({ chunks }) => chunks.next()));
    }
  };
  const sourceFailure = await send().then(
    () => undefined,
    (error: unknown) => error,
  );
  const streamed = await session.stop();
  const failure = streamed.failure ?? asLecternError(sourceFailure);
  if (failure !== undefined && streamed.parts.length === 0) throw failure;
  return { parts: streamed.parts, failure };
}

/** A session of our own, with its outcome. */
function openSession(recorder: Recorder, onMessage: (message: ServerMessage) => void) {
  let parts: ServerMessageOf<'recording_stopped'>[] = [];
  /** Copies that are still being made of parts that have ended. */
  const pending = new Set<string>();
  const allMade = Promise.withResolvers<undefined>();
  let problems: ServerMessageOf<'error'>[] = [];
  let ended = false;
  let asked = false;
  const settleFile = (path: string, file?: FileEntry): void => {
    pending.delete(path);
    parts = parts.map((part) => withLateFile(part, path, file));
  };
  const connection = recorder.connect('new', {
    send(message) {
      if (message.type === 'error' && !message.code.endsWith('_LIMIT')) {
        // Chunks that are on their way when a session ends are refused too: that is no new problem.
        if (!ended) problems.push(message);
        return;
      }
      if (message.type === 'warning' && message.code === 'relocated')
        for (const problem of problems.splice(0)) onMessage(problem);
      if (message.type === 'recording_stopped') {
        parts.push(message);
        for (const { file_path } of message.pending ?? []) pending.add(file_path);
        ended = !message.continues;
        if (ended && !asked && problems.length === 0) problems = [endedUnasked(message.reason)];
      }
      if (message.type === 'file_completed') settleFile(message.file.file_path, message.file);
      if (message.type === 'warning' && message.file_path !== undefined) settleFile(message.file_path);
      onMessage(message);
      if (ended && pending.size === 0) allMade.resolve(undefined);
    },
  });
  const say = (message: object): Promise<void> => connection.receiveText(JSON.stringify(message));
  return {
    say,
    sendAudio: (track: Track, bytes: Uint8Array) =>
      // A bare binary frame belongs to the first side; another side must be named.
      track === 'user'
        ? connection.receiveBinary(bytes)
        : say({ action: 'audio_chunk', track, data: Buffer.from(bytes).toString('base64') }),
    sendFrame: (place: FrameHeader, samples: Uint8Array): Promise<void> =>
      connection.receiveBinary(headedFrame(place, samples)),
    /** True where more audio would not be recorded. */
    isOver: () => ended || problems.some(({ code }) => !ANSWERED.has(code)),
    async stop(): Promise<Streamed> {
      asked = true;
      if (recorder.activeSessions().includes(connection.sessionId)) await say({ action: 'stop' });
      // Waits for every copy: each is reported, as made or as given up.
      if (ended && pending.size > 0) await allMade.promise;
      connection.disconnect();
      const [problem] = problems;
      return { parts, failure: problem && new LecternError(problem.code, problem.message) };
    },
  };
}

function endedUnasked(reason: string | undefined): ServerMessageOf<'error'> {
  const message = `The recording ended before it was stopped (${reason ?? 'for no reason given'})`;
  return { type: 'error', code: 'CAPTURE_FAILED', message };
}

function noAudio(stopped: boolean): LecternError {
  return stopped
    ? new LecternError('CAPTURE_FAILED', 'Stopped before any audio came: nothing was recorded')
    : new LecternError('INVALID_AUDIO_FILE', 'The file holds no audio: nothing was recorded');
}

function asLecternError(error: unknown): LecternError | undefined {
  if (error === undefined || error instanceof LecternError) return error;
  const { code, message } = toWireError(error);
  return new LecternError(code, message, { cause: error });
}
