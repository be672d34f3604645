import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { DeliveryFormat } from '../../../src-main/contract/audio-format.ts';
import type { StartMessage } from '../../../src-main/contract/client-messages.ts';
import { headedFrame } from '../../../src-main/contract/headed-frame.ts';
import {
  serverMessageSchema,
  type ServerMessage,
  type ServerMessageOf,
} from '../../../src-main/contract/server-messages.ts';
import type { EngineProcess } from './engine-process.ts';
import { createPattern, type Pattern } from './pattern.ts';

export interface Shape {
  readonly format: DeliveryFormat;
  readonly sampleRate: number;
  readonly channels: number;
}

export const SPEECH: Shape = { format: 'wav', sampleRate: 16_000, channels: 1 };
export const STUDIO: Shape = { format: 'wav', sampleRate: 48_000, channels: 2 };

/** A sender of known audio over a real WebSocket, which notes what it sent and what was acknowledged. */
export interface TortureClient {
  readonly id: string;
  readonly shape: Shape;
  readonly pattern: Pattern;
  readonly messages: readonly ServerMessage[];
  /** Frames handed to the socket. */
  readonly sentFrames: number;
  /** Frames that the engine says are in the file. */
  readonly ackedFrames: number;
  /** Frames that a microphone would have heard by now: what was sent, and the part of a chunk that was not yet. */
  heardFrames(): number;
  readonly connected: boolean;
  say(message: object | string): void;
  start(more?: Partial<StartMessage>): Promise<ServerMessageOf<'recording_started'>>;
  /** Sends the next 100 ms. */
  sendChunk(): void;
  /**
   * Streams at `speed` times real time until told not to, or the connection ends; a chunk is sent once its audio
   * would have been heard. At Infinity, it is sent once little enough of what was sent is not yet acknowledged.
   */
  stream(options: { speed: number; until: () => boolean }): Promise<void>;
  /** The first message, past or future, that fits. Rejects when the connection ends before, or after 30 s. */
  wait<Type extends ServerMessage['type']>(
    type: Type,
    fits?: (message: ServerMessageOf<Type>) => boolean,
  ): Promise<ServerMessageOf<Type>>;
  close(): Promise<void>;
}

const PATIENCE_MS = 30_000;
/** What a sender holds that is not acknowledged yet, when it sends as fast as it is taken. */
const WINDOW_BYTES = 4 * 1024 * 1024;

export async function connectClient(
  engine: Pick<EngineProcess, 'ws' | 'token'>,
  { id, shape, seed }: { readonly id: string; readonly shape: Shape; readonly seed: number },
): Promise<TortureClient> {
  const pattern = createPattern(seed, 2 * shape.channels);
  const chunkFrames = shape.sampleRate / 10;
  const socket = new WebSocket(`${engine.ws}${id}?token=${engine.token}`, { perMessageDeflate: false });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const messages: ServerMessage[] = [];
  const listeners = new Set<(message: ServerMessage) => void>();
  let seq = 0;
  let sentFrames = 0;
  let ackedFrames = 0;
  let streamSince: { readonly ms: number; readonly frames: number; readonly speed: number } | undefined;
  socket.on('message', (data: Buffer) => {
    const message = serverMessageSchema.parse(JSON.parse(data.toString()));
    messages.push(message);
    if (message.type === 'ack') ackedFrames = Math.max(ackedFrames, message.frames);
    for (const listener of listeners) listener(message);
  });
  await once(socket, 'open');
  // A killed engine resets the connection; that is the point.
  socket.on('error', () => undefined);

  const isAhead = (speed: number): boolean =>
    socket.bufferedAmount > WINDOW_BYTES ||
    (speed === Infinity && (sentFrames - ackedFrames) * 2 * shape.channels > WINDOW_BYTES);

  const client: TortureClient = {
    id,
    shape,
    pattern,
    messages,
    get sentFrames() {
      return sentFrames;
    },
    get ackedFrames() {
      return ackedFrames;
    },
    heardFrames() {
      if (streamSince === undefined) return sentFrames;
      const { ms, frames, speed } = streamSince;
      const heard = ((performance.now() - ms) / 1000) * speed * shape.sampleRate;
      return Math.max(sentFrames, frames + Math.floor(heard));
    },
    get connected() {
      return socket.readyState === socket.OPEN;
    },
    say(message) {
      socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    start(more = {}) {
      const { format, sampleRate: sample_rate, channels } = shape;
      client.say({ action: 'start', format, sample_rate, channels, framing: 'headed', ...more });
      return client.wait('recording_started');
    },
    sendChunk() {
      const samples = pattern.bytes(sentFrames, chunkFrames);
      socket.send(headedFrame({ trackIndex: 0, seq, startFrame: sentFrames }, samples));
      seq++;
      sentFrames += chunkFrames;
    },
    async stream({ speed, until }) {
      const startedMs = performance.now();
      streamSince = { ms: startedMs, frames: sentFrames, speed };
      for (let chunk = 1; ; chunk++) {
        const waitMs = startedMs + (chunk * 100) / speed - performance.now();
        if (waitMs > 0) await delay(waitMs);
        if (until() || !client.connected) {
          streamSince = undefined;
          return;
        }
        client.sendChunk();
        // As fast as possible still leaves the event loop its turn, and the socket its memory.
        if (waitMs <= 0 && chunk % 32 === 0) await delay(0);
        while (isAhead(speed) && socket.readyState === socket.OPEN) await delay(1);
      }
    },
    wait<Type extends ServerMessage['type']>(
      type: Type,
      fits: (message: ServerMessageOf<Type>) => boolean = () => true,
    ): Promise<ServerMessageOf<Type>> {
      const wanted = (message: ServerMessage): message is ServerMessageOf<Type> => message.type === type;
      const { promise, resolve, reject } = Promise.withResolvers<ServerMessageOf<Type>>();
      const listener = (message: ServerMessage): void => {
        if (wanted(message) && fits(message)) resolve(message);
      };
      const timer = setTimeout(() => reject(missing(type, messages)), PATIENCE_MS);
      for (const message of messages) listener(message);
      listeners.add(listener);
      void closed.then(() => reject(missing(type, messages)));
      return promise.finally(() => {
        clearTimeout(timer);
        listeners.delete(listener);
      });
    },
    async close() {
      socket.close();
      await closed;
    },
  };
  return client;
}

function missing(type: string, messages: readonly ServerMessage[]): Error {
  const last = messages.filter((message) => message.type !== 'ack').slice(-5);
  return new Error(`expected ${type}, the last messages were ${JSON.stringify(last).slice(0, 1500)}`);
}
