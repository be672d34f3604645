import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { readFrameHeader, headedFrame } from '../../../src-main/contract/headed-frame.ts';
import { sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { transcriptFileSchema } from '../../../src-main/contract/transcript.ts';
import type { ProtocolClient } from '../../support/protocol-client.ts';
import { openWebSocketHost, type ProtocolHost } from '../../support/protocol-hosts.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { vowels } from '../../support/sound/vowels.ts';

const RATE = 16_000;
const CHUNK = 1600;

let host: ProtocolHost;
afterEach(() => host.dispose());

/** Somebody speaks where `spans` say so, in seconds. */
function speech(seconds: number, spans: readonly (readonly [number, number])[]): Buffer {
  const samples = vowels({ rate: RATE, seconds, spans: spans.map(([start, end]) => ({ start, end })) });
  return Buffer.from(samples.buffer);
}

function send(client: ProtocolClient, trackIndex: number, seq: number, audio: Buffer): void {
  const samples = audio.subarray(seq * CHUNK * 2, (seq + 1) * CHUNK * 2);
  client.sendAudio(headedFrame({ trackIndex, seq, startFrame: seq * CHUNK }, samples));
}

test('two sides are turns with their interruption, text joins them, and a listener hears the raw samples', async () => {
  host = await openWebSocketHost();
  const id = randomUUID();
  const client = await host.connect(id);
  client.say({ action: 'start', format: 'wav', framing: 'headed', tracks: ['user', 'assistant'] });
  await client.next('recording_started');
  const tap = await host.connect(`${id}/tap`);
  const user = speech(8, [
    [1, 2.5],
    [6, 8],
  ]);
  const assistant = speech(8, [[2, 4]]);
  for (let seq = 0; seq < 80; seq++) {
    send(client, 0, seq, user);
    send(client, 1, seq, assistant);
    if (seq === 30) client.say({ action: 'transcript', role: 'user', text: 'good morning' });
  }
  client.say({ action: 'stop' });
  const stopped = await client.next('recording_stopped');
  const told = client.received.flatMap((message) => (message.type === 'turn_ended' ? [message] : []));
  expect(told.map(({ role, interrupted }) => [role, interrupted])).toEqual([
    ['user', true],
    ['assistant', false],
    ['user', true],
  ]);
  for (const [index, [from, to]] of [
    [1000, 2500],
    [2000, 4000],
    [6000, 8000],
  ].entries()) {
    expect(Math.abs((told[index]?.start_ms ?? 0) - (from ?? 0))).toBeLessThan(60);
    expect(Math.abs((told[index]?.end_ms ?? 0) - (to ?? 0))).toBeLessThan(60);
  }

  const folder = join(host.dataDir, 'recordings', id);
  const { session } = sessionFileSchema.parse(
    JSON.parse(await readFile(join(folder, 'session.json'), 'utf8')),
  );
  expect(session.segments.map(({ turn_id }) => turn_id)).toEqual(told.map(({ turn_id }) => turn_id));
  const written = transcriptFileSchema.parse(
    JSON.parse(await readFile(join(folder, 'transcript.json'), 'utf8')),
  );
  expect(written.transcript.entries).toMatchObject([{ text: 'good morning', turn_id: told[0]?.turn_id }]);

  const database = new Database(join(host.dataDir, 'lectern.db'), { readonly: true });
  const rows = database
    .prepare(
      `SELECT t.role, t.text, a.audio_url, a.duration_ms, a.interrupted FROM session_transcripts t
         JOIN session_audio_segments a ON a.turn_id = t.turn_id WHERE t.session_id = ? ORDER BY t.occurred_at`,
    )
    .all(id);
  database.close();
  expect(rows).toMatchObject([{ role: 'user', text: 'good morning', interrupted: 1 }]);

  const heard = (tap.heard ?? []).map((frame) => readFrameHeader(frame, ['user', 'assistant']));
  for (const [track, name] of [
    ['user', 'user'],
    ['assistant', 'assistant'],
  ] as const) {
    const parts = heard.flatMap((frame) => ('problem' in frame || frame.track !== track ? [] : [frame]));
    const first = parts[0]?.header.startFrame ?? 0;
    const master = stopped.files.find(({ type }) => type === name);
    const samples = await masterSamples(join(host.dataDir, 'recordings', master?.file_path ?? ''));
    expect(Buffer.concat(parts.map(({ samples: pcm }) => pcm)).equals(samples.subarray(first * 2))).toBe(
      true,
    );
  }
  expect(tap.received.map(({ type }) => type)).toContain('turn_started');
});

test('nobody can listen where nothing is recorded', async () => {
  host = await openWebSocketHost();
  const tap = await host.connect('nothing/tap');
  expect(await tap.next('error')).toMatchObject({ code: 'NOT_RECORDING' });
});

test('a client that announces its own voice activity is believed', async () => {
  host = await openWebSocketHost();
  const client = await host.connect('told');
  client.say({ action: 'start', format: 'wav', framing: 'headed' });
  const quiet = speech(3, []);
  for (let seq = 0; seq < 30; seq++) {
    if (seq === 10) client.say({ action: 'vad_start' });
    if (seq === 20) client.say({ action: 'vad_stop' });
    send(client, 0, seq, quiet);
  }
  client.say({ action: 'stop' });
  await client.next('recording_stopped');
  expect(await client.next('turn_ended')).toMatchObject({ start_ms: 1000, end_ms: 2000, interrupted: false });
});
