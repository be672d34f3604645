import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { DeliveryFormat, RecordingType, Track } from '../../../src-main/contract/audio-format.ts';
import { headedFrame } from '../../../src-main/contract/headed-frame.ts';
import { serverMessageSchema, type ServerMessage } from '../../../src-main/contract/server-messages.ts';
import type { EngineProcess } from './engine-process.ts';
import { softNoise } from './soft-noise.ts';

/** How a session is recorded whose files are to be damaged. */
export interface SessionPlan {
  readonly id: string;
  readonly seed: number;
  readonly format: DeliveryFormat;
  readonly sampleRate: number;
  readonly channels: number;
  readonly tracks: readonly Track[];
  /** Kinds of file that are kept; undefined for all. */
  readonly record: readonly RecordingType[] | undefined;
  /** Chunks of 100 ms in which each track is heard: from, and up to. */
  readonly chunks: ReadonlyMap<Track, readonly [number, number]>;
  readonly markers: readonly number[];
}

/** What was sent, and acknowledged, of such a session. */
export interface RecordedSession {
  readonly plan: SessionPlan;
  /** Samples by track, from the recording's beginning; silence where a track began later. */
  readonly sides: ReadonlyMap<Track, Buffer>;
  readonly socket: WebSocket;
}

const PATIENCE_MS = 30_000;

/** Records in real time, and resolves when all of it is acknowledged. The connection stays open. */
export async function recordTwoSides(
  engine: Pick<EngineProcess, 'ws' | 'token'>,
  plan: SessionPlan,
): Promise<RecordedSession> {
  const { id, seed, format, sampleRate, channels, tracks, record, chunks, markers } = plan;
  const socket = new WebSocket(`${engine.ws}${id}?token=${engine.token}`, { perMessageDeflate: false });
  const acked = new Map<Track, number>();
  const messages: ServerMessage[] = [];
  socket.on('message', (data: Buffer) => {
    const message = serverMessageSchema.parse(JSON.parse(data.toString()));
    if (message.type === 'ack') acked.set(message.track, message.seq);
    else messages.push(message);
  });
  await once(socket, 'open');
  // A killed engine resets the connection; that is the point.
  socket.on('error', () => undefined);
  const until = async (isMet: () => boolean, what: string): Promise<void> => {
    for (const deadlineMs = performance.now() + PATIENCE_MS; !isMet(); await delay(5))
      if (performance.now() > deadlineMs)
        throw new Error(`${id}: expected ${what}, got ${JSON.stringify(messages.slice(-5))}`);
  };
  const start = { action: 'start', format, sample_rate: sampleRate, channels, tracks, framing: 'headed' };
  socket.send(JSON.stringify({ ...start, on_limit: 'continue', ...(record && { record }) }));
  await until(() => messages.some(({ type }) => type === 'recording_started'), 'recording_started');

  const chunkBytes = (sampleRate / 10) * 2 * channels;
  const sides = new Map<Track, Buffer>();
  const seqs = new Map<Track, number>();
  const count = Math.max(...tracks.map((track) => chunks.get(track)?.[1] ?? 0));
  tracks.forEach((track, index) => {
    const [from, to] = chunks.get(track) ?? [0, 0];
    const heard = softNoise(2 * seed + index, (to - from) * chunkBytes);
    sides.set(track, Buffer.concat([Buffer.alloc(from * chunkBytes), heard]));
  });
  const startedMs = performance.now();
  for (let chunk = 0; chunk < count; chunk++) {
    tracks.forEach((track, trackIndex) => {
      const [from, to] = chunks.get(track) ?? [0, 0];
      if (chunk < from || chunk >= to) return;
      const seq = (seqs.get(track) ?? -1) + 1;
      seqs.set(track, seq);
      const samples = sides.get(track)?.subarray(chunk * chunkBytes, (chunk + 1) * chunkBytes);
      const startFrame = (chunk * sampleRate) / 10;
      if (samples !== undefined) socket.send(headedFrame({ trackIndex, seq, startFrame }, samples));
    });
    if (markers.includes(chunk)) socket.send(JSON.stringify({ action: 'marker', label: `at ${chunk}` }));
    await delay(Math.max(0, startedMs + (chunk + 1) * 100 - performance.now()));
  }
  await until(
    () => tracks.every((track) => acked.get(track) === seqs.get(track)),
    'every chunk acknowledged',
  );
  return { plan, sides, socket };
}

/** Stops it, and resolves when nothing of it is being made any more. */
export async function stopTwoSides({ plan, socket }: RecordedSession): Promise<void> {
  const stopped = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${plan.id}: expected recording_stopped`)), PATIENCE_MS);
    socket.on('message', (data: Buffer) => {
      const message = serverMessageSchema.parse(JSON.parse(data.toString()));
      if (message.type !== 'recording_stopped' || message.reason === 'duration_limit') return;
      clearTimeout(timer);
      resolve();
    });
  });
  socket.send(JSON.stringify({ action: 'stop' }));
  await stopped;
}
