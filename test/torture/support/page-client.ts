import { setTimeout as delay } from 'node:timers/promises';
import { FRAME_HEADER_BYTES } from '../../../src-main/contract/headed-frame.ts';
import { serverMessageSchema, type ServerMessageOf } from '../../../src-main/contract/server-messages.ts';
import { connectSession } from '../../../src-renderer/session/connect-session.ts';
import { OUTBOX_LIMITS } from '../../../src-renderer/session/outbox.ts';
import type { OpenTransport } from '../../../src-renderer/session/transport.ts';
import { createPattern } from './pattern.ts';
import { STUDIO } from './torture-client.ts';

const BYTES_PER_FRAME = 2 * STUDIO.channels;
const CHUNK_FRAMES = STUDIO.sampleRate / 10;
const WIRE_BYTES = CHUNK_FRAMES * BYTES_PER_FRAME + FRAME_HEADER_BYTES;
/** Three windows. */
const WAITING_CHUNKS = Math.ceil((3 * OUTBOX_LIMITS.inFlightBytes) / WIRE_BYTES);
const KEPT_CHUNKS = Math.floor(OUTBOX_LIMITS.keptBytes / WIRE_BYTES);
const AFTERWARDS_CHUNKS = 20;

export interface PageRun {
  readonly saidFrames: number;
  readonly mostInFlightBytes: number;
  readonly toldBeforeHealing: readonly string[];
  readonly report: ServerMessageOf<'recording_stopped'>['report'];
}

export interface PageRunOptions {
  readonly open: OpenTransport;
  readonly seed: number;
  /** Seconds of audio for which the page has no room. */
  readonly overflowSeconds: number;
  readonly stall: () => Promise<void> | void;
  readonly heal: () => Promise<void> | void;
}

/**
 * The page's own client, with audio of which every frame is known: it records, goes on while the disk stands still,
 * and stops when all that waited is written.
 */
export async function runPage({
  open,
  seed,
  overflowSeconds,
  stall,
  heal,
}: PageRunOptions): Promise<PageRun> {
  const pattern = createPattern(seed, BYTES_PER_FRAME);
  const told: string[] = [];
  let [inFlight, mostInFlight, acknowledged] = [0, 0, 0];
  const counted: OpenTransport = async (sessionId, events) => {
    const onText = (text: string): void => {
      const message = serverMessageSchema.parse(JSON.parse(text));
      if (message.type === 'ack') {
        inFlight -= (message.seq + 1 - acknowledged) * WIRE_BYTES;
        acknowledged = message.seq + 1;
      }
      events.onText(text);
    };
    const transport = await open(sessionId, { ...events, onText });
    return {
      send(data) {
        if (typeof data !== 'string') mostInFlight = Math.max(mostInFlight, (inFlight += data.byteLength));
        transport.send(data);
      },
      close: () => transport.close(),
    };
  };
  const client = await connectSession({
    sessionId: 'page',
    open: counted,
    clock: {
      now: () => performance.now(),
      after: (milliseconds, action) => void setTimeout(action, milliseconds),
    },
    events: {
      onMessage: () => undefined,
      onLate: () => undefined,
      onConnection: (state) => told.push(state),
      onBacklog: (state) => told.push(state),
    },
  });
  await client.start({
    format: 'wav',
    sample_rate: STUDIO.sampleRate,
    channels: STUDIO.channels === 2 ? 2 : 1,
  });

  let said = 0;
  const say = async (chunks: number): Promise<void> => {
    for (let chunk = 0; chunk < chunks; chunk++, said++) {
      const startFrame = said * CHUNK_FRAMES;
      const samples = new Uint8Array(pattern.bytes(startFrame, CHUNK_FRAMES));
      client.sendChunk({ samples, frames: CHUNK_FRAMES, startFrame, endedAtMs: 0 });
      if (chunk % 10 === 0) await delay(1);
    }
  };
  const untilWritten = async (exceptFrames = 0): Promise<void> => {
    while (client.unacknowledgedFrames > exceptFrames) await delay(10);
  };

  await say(20);
  await untilWritten();
  await stall();
  const lostChunks = overflowSeconds * 10;
  await say(lostChunks > 0 ? KEPT_CHUNKS + lostChunks : WAITING_CHUNKS);
  // Long enough for whatever would give up to do so.
  await delay(1500);
  const toldBeforeHealing = [...told];
  await heal();
  // What was lost is known to be only when something follows it.
  await untilWritten(lostChunks * CHUNK_FRAMES);
  await say(AFTERWARDS_CHUNKS);
  await untilWritten();
  const { report } = await client.stop();
  return { saidFrames: said * CHUNK_FRAMES, mostInFlightBytes: mostInFlight, toldBeforeHealing, report };
}

/** Where the page runs out of room, in frames. */
export const firstLostFrame = (20 + KEPT_CHUNKS) * CHUNK_FRAMES;
