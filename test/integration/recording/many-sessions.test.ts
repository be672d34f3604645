import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openTestRecorder } from '../../support/test-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { ServerMessage } from '../../../src-main/contract/server-messages.ts';

test('twenty sessions at once, interleaved at random, each get exactly their own audio', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  const random = seededRandom(seed);
  const { recorder, dataDir, dispose } = await openTestRecorder();
  const sessions = Array.from({ length: 20 }, (_, index) => {
    const received: ServerMessage[] = [];
    const connection = recorder.connect(`session-${index}`, { send: (message) => received.push(message) });
    return { connection, received, audio: seededBytes(index, 16_000 * 2 * 5), sent: 0 };
  });
  for (const { connection } of sessions)
    void connection.receiveText(JSON.stringify({ action: 'start', format: 'wav' }));
  for (let unfinished = [...sessions]; unfinished.length > 0;) {
    const session = unfinished[Math.floor(random() * unfinished.length)];
    if (session === undefined) break;
    const bytes = 2 * Math.ceil(random() * 4000);
    const sending = session.connection.receiveBinary(
      session.audio.subarray(session.sent, session.sent + bytes),
    );
    session.sent += bytes;
    if (random() < 0.1) await sending;
    unfinished = unfinished.filter(({ sent, audio }) => sent < audio.length);
  }
  await Promise.all(sessions.map(({ connection }) => connection.receiveText('{"action":"stop"}')));
  for (const { received, audio } of sessions) {
    const stopped = received.find((message) => message.type === 'recording_stopped');
    expect(stopped?.report.captured).toBe(audio.length / 2);
    const samples = await masterSamples(join(dataDir, 'recordings', stopped?.files[0]?.file_path ?? ''));
    expect(samples.equals(audio)).toBe(true);
  }
  await dispose();
});

test('closing the recorder finalises every session that is still running', async () => {
  const { recorder, dataDir, dispose } = await openTestRecorder();
  const received: ServerMessage[] = [];
  const audio = seededBytes(1, 32_000);
  for (const id of ['one', 'two']) {
    const connection = recorder.connect(id, { send: (message) => received.push(message) });
    void connection.receiveText(JSON.stringify({ action: 'start', format: 'wav' }));
    void connection.receiveBinary(audio);
  }
  await recorder.close();
  const stopped = received.filter((message) => message.type === 'recording_stopped');
  expect(stopped.map(({ session_id, reason }) => [session_id, reason]).sort()).toEqual([
    ['one', 'shutdown'],
    ['two', 'shutdown'],
  ]);
  for (const { files } of stopped)
    expect((await masterSamples(join(dataDir, 'recordings', files[0]?.file_path ?? ''))).equals(audio)).toBe(
      true,
    );
  expect(() => recorder.connect('three', { send: () => undefined })).toThrow(/closing/);
  await dispose();
});
