import { frameBytes, type DeliveryFormat } from '../contract/audio-format.ts';
import { LecternError, toWireError, type ErrorCode } from '../contract/errors.ts';
import type { ServerMessage, ServerMessageOf } from '../contract/server-messages.ts';
import type { Recorder } from '../recorder.ts';
import type { AudioSource } from './audio-source.ts';
import { createPace } from './pace.ts';

export interface StreamOptions {
  readonly format: DeliveryFormat;
  readonly title?: string | undefined;
  /** Times real time; 0 is as fast as it is accepted. Ignored for a live source. */
  readonly speed: number;
  /** Audio to take at most. */
  readonly seconds?: number | undefined;
  readonly gain?: number | undefined;
  /** Ends the recording, which is then finalised as usual. */
  readonly signal: AbortSignal;
  /** Hears everything but the errors that come out as `failure`. */
  readonly onMessage: (message: ServerMessage) => void;
}

export interface Streamed {
  /** Every part that was recorded. */
  readonly parts: readonly ServerMessageOf<'recording_stopped'>[];
  /** Why there is less than was asked for. */
  readonly failure: LecternError | undefined;
}

/** The session itself answers these, by going on in another folder or by ending. */
const ANSWERED: ReadonlySet<ErrorCode> = new Set(['DISK_FULL', 'WRITE_FAILED', 'FOLDER_UNWRITABLE']);

/**
 * Streams a source through the session protocol, as any client would. Rejects where nothing was recorded; a source
 * without audio leaves no session behind.
 */
export async function streamSession(
  recorder: Recorder,
  source: AudioSource,
  options: StreamOptions,
): Promise<Streamed> {
  const { signal } = options;
  const stopSource = (): void => {
    source.stop();
  };
  if (signal.aborted) stopSource();
  signal.addEventListener('abort', stopSource, { once: true });
  const chunks = source.chunks()[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) throw noAudio(signal.aborted);

  const session = openSession(recorder, options.onMessage);
  await session.say({
    action: 'start',
    format: options.format,
    sample_rate: source.sampleRate,
    channels: source.channels,
    encoding: source.encoding,
    on_limit: 'continue',
    title: options.title,
    gain: options.gain,
  });

  const send = async (): Promise<void> => {
    const bytesPerFrame = frameBytes(source);
    const maxFrames =
      options.seconds === undefined ? Infinity : Math.round(options.seconds * source.sampleRate);
    const pace = createPace(source.live ? 0 : options.speed, signal);
    let frames = 0;
    for (let next: IteratorResult<Uint8Array> = first; next.done !== true; next = await chunks.next()) {
      // What a live source has captured is taken to its end, which `stop` has brought about.
      if (session.isOver() || (signal.aborted && !source.live)) return;
      const wanted = Math.min(next.value.byteLength / bytesPerFrame, maxFrames - frames);
      await session.sendAudio(next.value.subarray(0, wanted * bytesPerFrame));
      frames += wanted;
      if (frames >= maxFrames) return;
      await pace(frames / source.sampleRate);
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

/** A session of our own, and what became of it. */
function openSession(recorder: Recorder, onMessage: (message: ServerMessage) => void) {
  const parts: ServerMessageOf<'recording_stopped'>[] = [];
  let problems: ServerMessageOf<'error'>[] = [];
  let ended = false;
  let asked = false;
  const connection = recorder.connect('new', {
    send(message) {
      if (message.type === 'error' && !message.code.endsWith('_LIMIT')) {
        // Chunks on their way when a session ends are answered too: that says nothing new.
        if (!ended) problems.push(message);
        return;
      }
      if (message.type === 'warning' && message.code === 'relocated')
        for (const problem of problems.splice(0)) onMessage(problem);
      if (message.type === 'recording_stopped') {
        parts.push(message);
        ended = !message.continues;
        if (ended && !asked && problems.length === 0) problems = [endedUnasked(message.reason)];
      }
      onMessage(message);
    },
  });
  const say = (message: object): Promise<void> => connection.receiveText(JSON.stringify(message));
  return {
    say,
    sendAudio: (bytes: Uint8Array) => connection.receiveBinary(bytes),
    /** True where more audio would be in vain. */
    isOver: () => ended || problems.some(({ code }) => !ANSWERED.has(code)),
    async stop(): Promise<Streamed> {
      asked = true;
      if (recorder.activeSessions().includes(connection.sessionId)) await say({ action: 'stop' });
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
