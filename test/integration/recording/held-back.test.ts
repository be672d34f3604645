import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { serverMessageSchema } from '../../../src-main/contract/server-messages.ts';
import { startEngine } from '../../torture/support/engine-process.ts';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SECOND = 32_000;
const audio = seededBytes(1, 39 * SECOND);
const second = (seq: number): Buffer => audio.subarray(seq * SECOND, (seq + 1) * SECOND);

/** A real engine in a process of its own, and a client that sends numbered chunks of a second. */
async function openSession(id: string) {
  const dataDir = await temporaryFolder();
  const engine = await startEngine({ dataDir });
  onTestFinished(async () => {
    if (engine.running()) engine.kill('group');
    await engine.gone();
  });
  const socket = new WebSocket(`${engine.ws}${id}?token=${engine.token}`);
  let ackedSeq = -1;
  socket.on('message', (data: Buffer) => {
    const message = serverMessageSchema.parse(JSON.parse(data.toString()));
    if (message.type === 'ack') ackedSeq = message.seq;
    socket.emit('heard');
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ action: 'start', format: 'wav' }));
  return {
    send: (seq: number, samples: Buffer) => {
      socket.send(JSON.stringify({ action: 'audio_chunk', seq, data: samples.toString('base64') }));
    },
    async acknowledged(seq: number) {
      while (ackedSeq < seq) await once(socket, 'heard');
    },
    /** Kills it, and recovers what it left. */
    async recovered() {
      engine.kill('group');
      await engine.gone();
      const { recorder } = await openOwnRecorder({ dataDir });
      const session = await recorder.handlers['sessions.get']({ id });
      const folder = join(dataDir, 'recordings', id);
      const names = (await readdir(folder)).filter((name) => name.endsWith('.wav'));
      return { session, samples: await masterSamples(join(folder, names[0] ?? '')) };
    },
  };
}

test('after a kill, everything behind a chunk of odd size is in the file, and its place is known to be missing', async () => {
  const client = await openSession('odd');
  for (let seq = 0; seq < 30; seq++) client.send(seq, seq === 5 ? second(seq).subarray(1) : second(seq));
  await client.acknowledged(29);
  const { session, samples } = await client.recovered();
  const expected = [audio.subarray(0, 5 * SECOND), Buffer.alloc(SECOND - 2), audio.subarray(6 * SECOND)];
  expect(samples.equals(Buffer.concat(expected).subarray(0, 30 * SECOND - 2))).toBe(true);
  expect(session.parts[0]?.report?.gaps).toEqual([
    { track: 'user', start_frame: 80_000, frames: 15_999, cause: 'missing_chunks' },
  ]);
});

test('after a kill, everything behind a number that was left out is in the file a moment later', async () => {
  const client = await openSession('skipped');
  for (let seq = 0; seq < 39; seq++) if (seq !== 8) client.send(seq, second(seq));
  await client.acknowledged(38);
  const { session, samples } = await client.recovered();
  const expected = [audio.subarray(0, 8 * SECOND), Buffer.alloc(SECOND), audio.subarray(9 * SECOND)];
  expect(samples.equals(Buffer.concat(expected))).toBe(true);
  expect(session.parts[0]?.report?.gaps).toEqual([
    { track: 'user', start_frame: 128_000, frames: 16_000, cause: 'missing_chunks' },
  ]);
});

test('after a kill, what still waited for a number that was left out is counted in the loss', async () => {
  const { recorder, dataDir } = await openOwnRecorder({ clock: { monotonicMs: () => 0, wallMs: () => 0 } });
  const connection = recorder.connect('waiting', { send: () => undefined });
  await connection.receiveText('{"action":"start","format":"wav"}');
  for (const seq of [0, 1, 3, 4, 5, 6, 7]) {
    const data = second(seq).toString('base64');
    await connection.receiveText(JSON.stringify({ action: 'audio_chunk', seq, data }));
  }
  const copy = await openOwnRecorder({ dataDir: await copyAsAfterKill(dataDir) });
  const session = await copy.recorder.handlers['sessions.get']({ id: 'waiting' });
  expect(session.duration_seconds).toBe(2);
  expect(session.recovered?.lost_seconds_at_most).toBeGreaterThanOrEqual(5.25);
  expect(session.parts[0]?.report?.tracks[0]).not.toHaveProperty('waiting');
});
