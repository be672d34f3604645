import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import type { Connection } from '../../../src-main/session/ports.ts';
import { connectSession, rejoinSession } from '../../../src-renderer/session/connect-session.ts';
import type { SessionClient } from '../../../src-renderer/session/session-client.ts';
import type { OpenTransport, TransportEvents } from '../../../src-renderer/session/transport.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { openTestRecorder } from '../../support/test-recorder.ts';

const RATE = 16_000;
const CHUNK_FRAMES = 1600;

/** Turns of the event loop after which everything the recorder could say by itself was said. */
const untilQuiet = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A real recorder, reached through a wire in memory that the test can cut. */
async function openBench() {
  const { recorder, dataDir, dispose } = await openTestRecorder();
  const messages: ServerMessage[] = [];
  const late: ServerMessage[] = [];
  const states: string[] = [];
  const timers: { at: number; action: () => void }[] = [];
  let now = 0;
  let broken = false;
  let wire: { connection: Connection; events: TransportEvents; cut: boolean } | undefined;

  const open: OpenTransport = (sessionId, events) => {
    if (broken) return Promise.reject(new Error('no answer'));
    const mine = {
      connection: recorder.connect(sessionId, {
        send: (message) => queueMicrotask(() => mine.cut || events.onText(JSON.stringify(message))),
      }),
      events,
      cut: false,
    };
    wire = mine;
    return Promise.resolve({
      send(data) {
        if (mine.cut) return;
        if (typeof data === 'string') void mine.connection.receiveText(data);
        else void mine.connection.receiveBinary(data);
      },
      close() {
        mine.cut = true;
        mine.connection.disconnect();
      },
    });
  };

  const sessionId = crypto.randomUUID();
  const dependencies = {
    sessionId,
    open,
    clock: {
      now: () => now,
      after: (ms: number, action: () => void) => void timers.push({ at: now + ms, action }),
    },
    events: {
      onMessage: (message: ServerMessage) => messages.push(message),
      onLate: (message: ServerMessage) => late.push(message),
      onConnection: (state: string) => states.push(state),
      onBacklog: () => undefined,
    },
  };
  const client = await connectSession(dependencies);
  return {
    client,
    messages,
    late,
    states,
    dispose,
    /** The page is loaded again: its client and whatever that held are gone. */
    reload() {
      wire?.connection.disconnect();
      if (wire !== undefined) wire.cut = true;
      return rejoinSession({ ...dependencies, sampleRate: RATE });
    },
    /** What comes from the recorder is lost from here on; then the connection breaks. */
    cut(options: { forGood?: boolean } = {}) {
      broken = options.forGood === true;
      if (wire === undefined || wire.cut) return;
      wire.cut = true;
      wire.connection.disconnect();
      wire.events.onClose();
    },
    async advance(milliseconds: number) {
      now += milliseconds;
      const due = timers.filter(({ at }) => at <= now);
      for (const timer of due) {
        timers.splice(timers.indexOf(timer), 1);
        timer.action();
      }
      await untilQuiet();
    },
    async master(path: string): Promise<number[]> {
      const bytes = await masterSamples(join(dataDir, 'recordings', path));
      return [...new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)];
    },
  };
}

let bench: Awaited<ReturnType<typeof openBench>>;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(async () => {
  bench.client.close();
  await bench.dispose();
});

const sampleAt = (frame: number) => (frame % 60_000) - 30_000;
const speech = (chunks: number) =>
  Array.from({ length: chunks * CHUNK_FRAMES }, (_, frame) => sampleAt(frame));

function say(client: SessionClient, index: number): void {
  const startFrame = index * CHUNK_FRAMES;
  const samples = Int16Array.from({ length: CHUNK_FRAMES }, (_, frame) => sampleAt(startFrame + frame));
  client.sendChunk({
    samples: new Uint8Array(samples.buffer),
    frames: CHUNK_FRAMES,
    startFrame,
    endedAtMs: 0,
  });
}

const start = () =>
  bench.client.start({ format: 'wav', sample_rate: RATE, channels: 1, on_limit: 'continue' });

/** The chunk in the making when Pause was pressed comes after it. */
async function pauseThenSay(index: number): Promise<void> {
  const paused = bench.client.pause();
  say(bench.client, index);
  await paused;
}

async function stopAndRead() {
  const { files, report } = await bench.client.stop();
  const path = files[0]?.file_path ?? '';
  return { samples: await bench.master(path), report };
}

describe('session client', () => {
  test('Stop waits for the last chunk, and everything is acknowledged', async () => {
    await start();
    for (let index = 0; index < 10; index += 1) say(bench.client, index);
    expect(bench.client.unacknowledgedFrames).toBe(10 * CHUNK_FRAMES);
    const { samples } = await stopAndRead();
    expect(samples).toEqual(speech(10));
    expect(bench.client.unacknowledgedFrames).toBe(0);
  });

  test('what was said while the connection was gone is in the recording, once', async () => {
    await start();
    for (let index = 0; index < 5; index += 1) say(bench.client, index);
    await untilQuiet();
    // These arrive or not; nobody will hear which.
    for (let index = 5; index < 8; index += 1) say(bench.client, index);
    bench.cut();
    for (let index = 8; index < 20; index += 1) say(bench.client, index);
    expect(bench.states.at(-1)).toBe('reconnecting');
    await bench.advance(1000);
    expect(bench.states.at(-1)).toBe('connected');
    say(bench.client, 20);
    const { samples, report } = await stopAndRead();
    expect(samples).toEqual(speech(21));
    expect(report).toMatchObject({ captured: 21 * CHUNK_FRAMES, expected: 21 * CHUNK_FRAMES, gaps: [] });
  });

  test('in a hidden tab, whose timers sleep, the next chunk brings the connection back', async () => {
    await start();
    say(bench.client, 0);
    bench.cut();
    say(bench.client, 1);
    await bench.advance(0);
    expect(bench.states.at(-1)).toBe('reconnecting');
    await bench.advance(250);
    say(bench.client, 2);
    await untilQuiet();
    expect(bench.states.at(-1)).toBe('connected');
    expect((await stopAndRead()).samples).toEqual(speech(3));
  });

  test('Stop pressed while the connection is gone is carried out when it is back', async () => {
    await start();
    say(bench.client, 0);
    bench.cut();
    say(bench.client, 1);
    const stopped = stopAndRead();
    await bench.advance(1000);
    expect((await stopped).samples).toEqual(speech(2));
  });

  test('nobody answers for half a minute: the recording is given up, loudly', async () => {
    await start();
    bench.cut({ forGood: true });
    const stopped = expect(bench.client.stop()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    for (let second = 0; second < 31; second += 1) await bench.advance(1000);
    await stopped;
    expect(bench.states).toEqual(['connected', 'reconnecting', 'lost']);
  });

  test('the last words before Pause are kept, whether Resume follows or Stop', async () => {
    await start();
    say(bench.client, 0);
    await pauseThenSay(1);
    await bench.client.resume();
    say(bench.client, 2);
    await pauseThenSay(3);
    expect((await stopAndRead()).samples).toEqual(speech(4));
  });

  test('a command the recorder refuses says why', async () => {
    await expect(bench.client.pause()).rejects.toMatchObject({ code: 'NOT_RECORDING' });
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'ALREADY_RECORDING' });
  });

  test('a page loaded again goes on where the session is now, and what it held before is a hole', async () => {
    await start();
    for (let index = 0; index < 5; index += 1) say(bench.client, index);
    await untilQuiet();
    const joining = bench.reload();
    await bench.advance(0);
    const { client, standing } = await joining;
    expect(standing).toMatchObject({ state: 'recording', tracks: [{ next_seq: 5 }] });
    const resumeFrame = standing.type === 'status' ? (standing.tracks[0]?.resume_frame ?? 0) : 0;
    expect(resumeFrame).toBeGreaterThanOrEqual(5 * CHUNK_FRAMES);
    const samples = new Uint8Array(CHUNK_FRAMES * 2).fill(1);
    const place = { frames: CHUNK_FRAMES, startFrame: resumeFrame + 800, endedAtMs: 0 };
    client.sendChunk({ samples, ...place, gapCause: 'disconnected' });
    const { report } = await client.stop();
    expect(report.gaps).toMatchObject([{ start_frame: 5 * CHUNK_FRAMES, cause: 'disconnected' }]);
    expect(report.expected).toBe(resumeFrame + 800 + CHUNK_FRAMES);
  });

  test('a page loaded again during a pause may resume it', async () => {
    await start();
    say(bench.client, 0);
    await bench.client.pause();
    const joining = bench.reload();
    await bench.advance(0);
    const { client, standing } = await joining;
    expect(standing).toMatchObject({ state: 'paused' });
    await client.resume();
    say(client, 1);
    expect((await client.stop()).report).toMatchObject({ captured: 2 * CHUNK_FRAMES, gaps: [] });
  });

  test('a page that comes back to a session that is over hears so', async () => {
    await start();
    say(bench.client, 0);
    await bench.client.stop();
    const joining = expect(bench.reload()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await bench.advance(0);
    await joining;
  });
});

test('a client that leaves is told what becomes of the copies that were not ready, and lets go then', async () => {
  const told: string[] = [];
  const sessionId = crypto.randomUUID();
  let page: TransportEvents | undefined;
  let closed = 0;
  const tell = (message: ServerMessage) => page?.onText(JSON.stringify(message));
  const client = await connectSession({
    sessionId,
    clock: { now: () => 0, after: () => undefined },
    events: {
      onMessage: ({ type }) => told.push(type),
      onLate: ({ type }) => told.push(`late ${type}`),
      onConnection: () => undefined,
      onBacklog: () => undefined,
    },
    open: (_, events) => {
      page = events;
      return Promise.resolve({ send: () => undefined, close: () => closed++ });
    },
  });
  const shape = { session_id: sessionId, format: 'mp4', sample_rate: RATE, channels: 1 } as const;
  const starting = client.start({ format: 'mp4' });
  tell({ type: 'recording_started', ...shape, encoding: 'pcm_s16le', tracks: ['user'], part: 1 });
  await starting;
  const wav = {
    type: 'user',
    format: 'wav',
    file_path: 'x/u.wav',
    url: '',
    byte_size: 1,
    duration_ms: 1,
  } as const;
  const copy = { ...wav, format: 'mp4', file_path: 'x/u.mp4' } as const;
  const lost = { ...copy, type: 'mixed', file_path: 'x/m.mp4' } as const;
  const stopping = client.stop();
  tell({
    type: 'recording_stopped',
    session_id: sessionId,
    part: 1,
    duration_seconds: 1,
    files: [wav],
    pending: [copy, lost].map(({ type, format, file_path }) => ({ type, format, file_path })),
    report: { captured: 1, expected: 1, gaps: [], tracks: [] },
    continues: false,
  });
  await stopping;
  client.leave();
  expect(closed).toBe(0);
  tell({ type: 'file_completed', session_id: sessionId, file: copy });
  tell({ type: 'processing_started', message: 'of no concern to one that has left' });
  expect(closed).toBe(0);
  tell({ type: 'warning', code: 'encoder', message: 'no mix', file_path: lost.file_path });
  expect(closed).toBe(1);
  expect(told).toEqual(['recording_started', 'recording_stopped', 'late file_completed', 'late warning']);
  expect(client.outcome).toMatchObject({ files: [{ format: 'mp4' }, { format: 'wav' }], pending: [] });
});
