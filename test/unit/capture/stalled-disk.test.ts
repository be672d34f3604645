import { expect, test } from 'vitest';
import { FRAME_HEADER_BYTES } from '../../../src-main/contract/headed-frame.ts';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';
import { connectSession } from '../../../src-renderer/session/connect-session.ts';
import { OUTBOX_LIMITS } from '../../../src-renderer/session/outbox.ts';
import type { OpenTransport } from '../../../src-renderer/session/transport.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openEngine } from '../session/memory-engine.ts';

const RATE = 16_000;
const CHUNK_FRAMES = 1600;
const CHUNK_BYTES = CHUNK_FRAMES * 2;
const WIRE_BYTES = CHUNK_BYTES + FRAME_HEADER_BYTES;

/** The page's client and the real engine, on a wire that never makes its sender wait, as a message port does not. */
async function openBench({ keptChunks = 10_000, inFlightChunks = 20, chunkFrames = CHUNK_FRAMES } = {}) {
  const host = openEngine();
  const backlogs: [string, number][] = [];
  const messages: ServerMessage[] = [];
  let timers: { readonly at: number; readonly action: () => void }[] = [];
  let now = 0;
  let sent = 0;
  let acknowledged = 0;
  let mostInFlight = 0;
  const open: OpenTransport = (sessionId, events) => {
    const connection = host.engine.connect(sessionId, {
      send(message) {
        messages.push(message);
        if (message.type === 'ack') acknowledged = message.seq + 1;
        queueMicrotask(() => events.onText(JSON.stringify(message)));
      },
    });
    return Promise.resolve({
      send(data) {
        if (typeof data === 'string') return void connection.receiveText(data);
        sent++;
        mostInFlight = Math.max(mostInFlight, sent - acknowledged);
        void connection.receiveBinary(data);
      },
      close: () => connection.disconnect(),
    });
  };
  const wireBytes = chunkFrames * 2 + FRAME_HEADER_BYTES;
  const client = await connectSession({
    sessionId: 'page',
    open,
    clock: { now: () => now, after: (ms, action) => void timers.push({ at: now + ms, action }) },
    events: {
      onMessage: () => undefined,
      onLate: () => undefined,
      onConnection: () => undefined,
      onBacklog: (state, lostSeconds) => backlogs.push([state, lostSeconds]),
    },
    limits: {
      ...OUTBOX_LIMITS,
      keptBytes: keptChunks * wireBytes,
      inFlightBytes: inFlightChunks * wireBytes,
    },
  });
  await client.start({ format: 'wav', sample_rate: RATE, channels: 1 });
  const audio = seededBytes(41, 700 * chunkFrames * 2);
  let said = 0;
  return {
    host,
    client,
    messages,
    backlogs,
    get mostInFlight() {
      return mostInFlight;
    },
    /** What was said from one chunk up to another. */
    heard: (from: number, to: number) => audio.subarray(from * chunkFrames * 2, to * chunkFrames * 2),
    say(chunks: number) {
      for (let chunk = 0; chunk < chunks; chunk++, said++)
        client.sendChunk({
          samples: new Uint8Array(this.heard(said, said + 1)),
          frames: chunkFrames,
          startFrame: said * chunkFrames,
          endedAtMs: 0,
        });
    },
    /** Time passes, and whatever is due happens. */
    async pass(milliseconds: number) {
      now += milliseconds;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { action } of due) action();
      await turn();
    },
    async allWritten() {
      while (client.unacknowledgedFrames > 0) await turn();
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('while the disk stands still, no more than the window is on its way, and all of it arrives afterwards', async () => {
  const bench = await openBench();
  bench.say(5);
  await bench.allWritten();
  bench.host.hold();
  bench.say(300);
  await turn();
  expect(bench.mostInFlight).toBe(20);
  expect(bench.client.unacknowledgedFrames).toBe(300 * CHUNK_FRAMES);
  bench.host.release();
  await bench.allWritten();
  expect(bench.mostInFlight).toBe(20);
  const { report } = await bench.client.stop();
  expect(bench.host.audio().equals(bench.heard(0, 305))).toBe(true);
  expect(report.gaps).toEqual([]);
});

test('a marker, a pause and Stop keep their places behind audio that waits', async () => {
  const bench = await openBench();
  bench.host.hold();
  bench.say(50);
  const marked = bench.client.marker('here');
  bench.say(30);
  const paused = bench.client.pause();
  bench.host.release();
  await Promise.all([marked, paused]);
  expect(bench.messages).toContainEqual(
    expect.objectContaining({ type: 'marker_added', position_seconds: 5, label: 'here' }),
  );
  bench.host.hold();
  const resumed = bench.client.resume();
  bench.say(40);
  const stopped = bench.client.stop();
  bench.host.release();
  await resumed;
  expect((await stopped).report).toMatchObject({ captured: 120 * CHUNK_FRAMES, gaps: [] });
  expect(bench.host.audio().equals(bench.heard(0, 120))).toBe(true);
});

test('audio that waits is told after five seconds, and that it no longer does', async () => {
  const bench = await openBench();
  bench.host.hold();
  bench.say(50);
  expect(bench.backlogs).toEqual([]);
  bench.say(1);
  expect(bench.backlogs).toEqual([['waiting', 0]]);
  bench.host.release();
  await bench.allWritten();
  expect(bench.backlogs).toEqual([
    ['waiting', 0],
    ['none', 0],
  ]);
});

test('with no room for more it is told at once; what is lost is one hole of its exact length, for which the disk is named', async () => {
  const bench = await openBench({ keptChunks: 80 });
  bench.host.hold();
  bench.say(80);
  expect(bench.backlogs.at(-1)?.[0]).toBe('waiting');
  bench.say(40);
  expect(bench.backlogs.at(-1)?.[0]).toBe('full');
  expect(bench.client.unacknowledgedFrames).toBe(120 * CHUNK_FRAMES);
  bench.host.release();
  while (bench.client.unacknowledgedFrames > 40 * CHUNK_FRAMES) await turn();
  bench.say(10);
  expect(bench.backlogs.find(([, lostSeconds]) => lostSeconds > 0)?.[1]).toBeCloseTo(4);
  await bench.allWritten();
  const { report } = await bench.client.stop();
  expect(report.gaps).toEqual([
    { track: 'user', start_frame: 80 * CHUNK_FRAMES, frames: 40 * CHUNK_FRAMES, cause: 'disk' },
  ]);
  const expected = Buffer.from(bench.heard(0, 130));
  expected.fill(0, 80 * CHUNK_BYTES, 120 * CHUNK_BYTES);
  expect(bench.host.audio().equals(expected)).toBe(true);
});

test('chunks that the engine refuses are sent again in order, and none is lost', async () => {
  // A window far beyond what the engine holds, so that it must refuse.
  const chunkFrames = 32_000;
  const bench = await openBench({ inFlightChunks: 10_000, chunkFrames });
  bench.host.hold();
  bench.say(600);
  await turn();
  const refusals = () =>
    bench.messages.filter((message) => message.type === 'error' && message.code === 'SLOW_CONSUMER').length;
  expect(refusals()).toBeGreaterThan(0);
  bench.host.release();
  // What is captured meanwhile waits too: taken now, it would make the refused chunks a hole.
  bench.say(60);
  while (bench.client.unacknowledgedFrames > 0) await bench.pass(200);
  const { report } = await bench.client.stop();
  expect(report).toMatchObject({ captured: 660 * chunkFrames, expected: 660 * chunkFrames, gaps: [] });
  expect(bench.host.audio().equals(bench.heard(0, 660))).toBe(true);
});

test('the stated bounds: five minutes of 48 kHz stereo kept, and a fraction of what the engine holds on its way', () => {
  expect(OUTBOX_LIMITS.keptBytes / (48_000 * 4)).toBeGreaterThan(5 * 60);
  expect(OUTBOX_LIMITS.inFlightBytes).toBeGreaterThan(32 * WIRE_BYTES);
});
