import { setTimeout as delay } from 'node:timers/promises';
import type { DeliveryFormat } from '../contract/audio-format.ts';
import { LecternError } from '../contract/errors.ts';
import type { ServerMessage, ServerMessageOf } from '../contract/server-messages.ts';
import type { Recorder } from '../recorder.ts';
import type { AudioSource } from './audio-source.ts';

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
  readonly onMessage: (message: ServerMessage) => void;
}

/** Streams a source through the session protocol, as any client would. Resolves with every part that was recorded. */
export async function streamSession(
  recorder: Recorder,
  source: AudioSource,
  options: StreamOptions,
): Promise<readonly ServerMessageOf<'recording_stopped'>[]> {
  const stopped: ServerMessageOf<'recording_stopped'>[] = [];
  let failure: LecternError | undefined;
  const connection = recorder.connect('new', {
    send(message) {
      if (message.type === 'recording_stopped') stopped.push(message);
      else if (message.type === 'error' && !message.code.endsWith('_LIMIT'))
        failure ??= new LecternError(message.code, message.message);
      options.onMessage(message);
    },
  });
  const say = (message: object): Promise<void> => connection.receiveText(JSON.stringify(message));
  await say({
    action: 'start',
    format: options.format,
    sample_rate: source.sampleRate,
    channels: source.channels,
    encoding: source.encoding,
    on_limit: 'continue',
    title: options.title,
    gain: options.gain,
  });
  if (failure === undefined)
    await sendChunks(
      source,
      options,
      (bytes) => connection.receiveBinary(bytes),
      () => failure,
    );
  if (recorder.activeSessions().includes(connection.sessionId)) await say({ action: 'stop' });
  connection.disconnect();
  if (failure !== undefined && stopped.length === 0) throw failure;
  return stopped;
}

async function sendChunks(
  source: AudioSource,
  { speed, seconds, signal }: StreamOptions,
  send: (bytes: Uint8Array) => Promise<void>,
  failed: () => LecternError | undefined,
): Promise<void> {
  const bytesPerFrame = { pcm_s16le: 2, mulaw: 1, pcm_f32le: 4 }[source.encoding] * source.channels;
  const maxFrames = seconds === undefined ? Infinity : Math.round(seconds * source.sampleRate);
  const startedAt = performance.now();
  let frames = 0;
  for await (const chunk of source.chunks()) {
    if (signal.aborted || failed() !== undefined) return;
    const wanted = Math.min(chunk.byteLength / bytesPerFrame, maxFrames - frames);
    await send(chunk.subarray(0, wanted * bytesPerFrame));
    frames += wanted;
    if (frames >= maxFrames) return;
    if (source.live || speed === 0) continue;
    const dueMs = startedAt + (frames / source.sampleRate / speed) * 1000;
    const earlyMs = dueMs - performance.now();
    if (earlyMs > 0) await delay(earlyMs, undefined, { signal }).catch(() => undefined);
  }
}
