import { cp, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

const audio = seededBytes(21, 16_000 * 2 * 2);

/** Two seconds acknowledged, in a process that then dies. */
async function recordAndDie(): Promise<string> {
  const { recorder, dataDir: own } = await openOwnRecorder();
  const connection = recorder.connect('shared', { send: () => undefined });
  void connection.receiveText('{"action":"start","format":"wav"}');
  await connection.receiveText(
    JSON.stringify({ action: 'audio_chunk', data: audio.toString('base64'), seq: 0 }),
  );
  const folder = join(own, 'recordings', 'shared');
  for (;;) {
    const name = (await readdir(folder)).find((entry) => entry.endsWith('.wav.partial')) ?? '';
    if ((await readFile(join(folder, name))).length === 44 + audio.length) break;
  }
  return copyAsAfterKill(own);
}

test('a session that goes on in another process has the part of the one that died in order', async () => {
  // The other one is running when the session appears in its folder with a dead owner: it looked through them before.
  const { recorder, dataDir } = await openOwnRecorder();
  await cp(join(await recordAndDie(), 'recordings', 'shared'), join(dataDir, 'recordings', 'shared'), {
    recursive: true,
  });
  const connection = recorder.connect('shared', { send: () => undefined });
  void connection.receiveText('{"action":"start","format":"wav"}');
  await connection.receiveBinary(audio);
  await connection.receiveText('{"action":"stop"}');
  const session = await recorder.handlers['sessions.get']({ id: 'shared' });
  expect(session.files.map(({ part, status, duration_ms }) => [part, status, duration_ms])).toEqual([
    [1, 'completed', 2000],
    [2, 'completed', 2000],
  ]);
  expect(session.parts.map(({ duration_seconds }) => duration_seconds)).toEqual([2, 2]);
  expect(session.recovered?.lost_seconds_at_most).toBe(0.25);
  for (const { file_path } of session.files)
    expect((await masterSamples(join(dataDir, 'recordings', file_path))).equals(audio)).toBe(true);
});

test('a catalog that takes nothing while a session is recovered says what it should, and takes it when it can', async () => {
  const copy = await recordAndDie();
  const path = join(copy, 'lectern.db');
  const other = new Database(path);
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  const { recorder } = await openOwnRecorder({ dataDir: copy });
  const listed = async () => (await recorder.handlers['sessions.list']({})).sessions;
  expect(await listed()).toMatchObject([{ status: 'recovered', duration_seconds: 2 }]);
  const described = await readFile(join(copy, 'recordings', 'shared', 'session.json'), 'utf8');
  expect(described).toContain('"status": "recovered"');
  other.exec('ROLLBACK');
  expect(await listed()).toMatchObject([{ status: 'recovered', duration_seconds: 2 }]);
  expect(other.prepare('SELECT status, duration_seconds FROM sessions').all()).toEqual([
    { status: 'recovered', duration_seconds: 2 },
  ]);
});
