import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import {
  MAX_SESSION_MARKERS,
  MAX_SESSION_SEGMENTS,
  MAX_SESSION_TAPS,
} from '../../../src-main/contract/limits.ts';
import { sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { MAX_TRANSCRIPT_CHARACTERS } from '../../../src-main/contract/transcript.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { openWebSocketHost } from '../../support/protocol-hosts.ts';
import { openSession, startServer } from '../../support/server-process.ts';
import { startSpokenSession } from '../../support/spoken-session.ts';
import { openTestRecorder } from '../../support/test-recorder.ts';

const chunk = Buffer.alloc(3200, 1).toString('base64');

it.each([
  ['markers', (index: number) => ({ action: 'marker', label: `m ${index}` }), 'marker_added'],
  [
    'lines of text',
    (index: number) => ({ action: 'transcript', role: 'user', text: `l ${index}` }),
    'transcript_added',
  ],
])("a client's burst of %s does not keep another's acknowledgement waiting", async (_, message, answer) => {
  const { ws, token } = await startServer();
  const [busy, other] = await Promise.all([openSession(ws, token, 'busy'), openSession(ws, token, 'other')]);
  for (const client of [busy, other]) {
    client.say({ action: 'start', format: 'wav' });
    await client.hear('recording_started');
  }
  busy.say({ action: 'audio_chunk', data: chunk, seq: 0 });
  await busy.hear('ack');
  const count = 3000;
  const answered = (): number => busy.messages.filter(({ type }) => type === answer).length;
  for (let index = 0; index < count; index++) busy.say(message(index));
  while (answered() === 0) await new Promise((resolve) => busy.socket.once('heard', resolve));
  other.say({ action: 'audio_chunk', data: chunk, seq: 0 });
  await other.hear('ack');
  // Far from the end of the burst: the two take turns.
  expect(answered()).toBeLessThan(count / 2);
  while (answered() < count) await new Promise((resolve) => busy.socket.once('heard', resolve));
});

it.each([true, false])(
  'a marker that was answered is there after a kill, in the catalog or without one: %s',
  async (database_records) => {
    const server = await startServer();
    const client = await openSession(server.ws, server.token, 'killed');
    client.say({ action: 'start', format: 'wav', database_records });
    await client.hear('recording_started');
    const answered = (): number => client.messages.filter(({ type }) => type === 'marker_added').length;
    for (let index = 0; index < 200; index++) client.say({ action: 'marker', label: `m ${index}` });
    while (answered() < 150) await new Promise((resolve) => client.socket.once('heard', resolve));
    server.child.kill('SIGKILL');
    await server.exited;
    const heard = answered();
    const { recorder } = await openOwnRecorder({ dataDir: server.dir });
    const { markers } = await recorder.handlers['sessions.get']({ id: 'killed' });
    expect(markers.length).toBeGreaterThanOrEqual(heard);
    expect(markers.map(({ label }) => label)).toEqual(markers.map((_, index) => `m ${index}`));
  },
);

it('a session takes only so many markers, and labels and texts only so long; recording goes on', async () => {
  const { recorder } = await openOwnRecorder();
  const errors: unknown[] = [];
  let markers = 0;
  const connection = recorder.connect('full', {
    send: (message) => {
      if (message.type === 'marker_added') markers++;
      if (message.type === 'error') errors.push(message.code);
    },
  });
  const say = (message: object) => connection.receiveText(JSON.stringify(message));
  await say({ action: 'start', format: 'wav' });
  for (let index = 0; index < MAX_SESSION_MARKERS; index++) await say({ action: 'marker' });
  expect([markers, errors]).toEqual([MAX_SESSION_MARKERS, []]);
  await say({ action: 'marker' });
  await say({ action: 'marker', label: 'x'.repeat(201) });
  await say({ action: 'transcript', role: 'user', text: 'x'.repeat(MAX_TRANSCRIPT_CHARACTERS + 1) });
  expect(errors).toEqual(['MARKERS_FULL', 'INVALID_MESSAGE', 'INVALID_MESSAGE']);
  await connection.receiveBinary(Buffer.alloc(3200));
  await say({ action: 'stop' });
  const session = await recorder.handlers['sessions.get']({ id: 'full' });
  expect([session.status, session.markers.length, session.duration_seconds]).toEqual([
    'completed',
    MAX_SESSION_MARKERS,
    0.1,
  ]);
});

it('a session keeps only so many turns; more are still told, that they are not kept is told once, and recording goes on', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lectern-turns-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const first = await openTestRecorder({ dataDir });
  const before = await startSpokenSession(first.recorder, 'full');
  await before.turn(0.5);
  await before.stop();
  await first.recorder.close();
  // A day and a half of turns, as its folder tells of them.
  const path = join(dataDir, 'recordings', 'full', 'session.json');
  const described = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const [turn] = described.session.segments;
  if (turn === undefined) throw new Error('the turn was not kept');
  const segments = Array.from({ length: MAX_SESSION_SEGMENTS - 1 }, () => ({
    ...turn,
    segment_id: randomUUID(),
    turn_id: randomUUID(),
  }));
  const session = { ...described.session, revision: described.session.revision + 1, segments };
  await writeFile(path, JSON.stringify({ ...described, session }));

  const { recorder } = await openOwnRecorder({ dataDir });
  await recorder.recoveryFinished;
  const { received, turn: speak, stop } = await startSpokenSession(recorder, 'full');
  for (let count = 0; count < 3; count++) await speak(0.5);
  await stop();
  expect(received.filter(({ type }) => type === 'turn_ended')).toHaveLength(3);
  expect(received.flatMap((message) => (message.type === 'error' ? [message.code] : []))).toEqual([
    'TURNS_FULL',
  ]);
  expect(received.at(-1)).toMatchObject({ type: 'recording_stopped' });
  const kept = await recorder.handlers['sessions.get']({ id: 'full' });
  expect([kept.segments.length, kept.duration_seconds]).toEqual([MAX_SESSION_SEGMENTS, 2]);
});

it('a session has only so many listeners; one more is told so, and gets in when one has left', async () => {
  const host = await openWebSocketHost();
  try {
    const id = randomUUID();
    const speaker = await host.connect(id);
    speaker.say({ action: 'start', format: 'wav' });
    await speaker.next('recording_started');
    const taps = [];
    for (let index = 0; index < MAX_SESSION_TAPS; index++) taps.push(await host.connect(`${id}/tap`));
    const refused = await host.connect(`${id}/tap`);
    expect(await refused.next('error')).toMatchObject({ code: 'TAPS_FULL' });
    taps[0]?.close();
    let heard = 0;
    // The server hears of the one that left when it does.
    while (heard === 0) {
      const next = await host.connect(`${id}/tap`);
      const isRefused = () => next.received.some(({ type }) => type === 'error');
      while (heard === 0 && !isRefused()) {
        speaker.sendAudio(Buffer.alloc(3200, 1));
        await delay(10);
        heard = next.heard?.length ?? 0;
      }
    }
    speaker.say({ action: 'stop' });
    await speaker.next('recording_stopped');
  } finally {
    await host.dispose();
  }
});
