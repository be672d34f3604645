import { existsSync } from 'node:fs';
import { appendFile, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

const audio = seededBytes(3, 32_000);

async function recording() {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect('talk', { send: () => undefined });
  void connection.receiveText('{"action":"start","format":"wav"}');
  await connection.receiveBinary(audio);
  const folder = join(dataDir, 'recordings', 'talk');
  const partial = async (): Promise<string | undefined> =>
    (await readdir(folder)).find((name) => name.endsWith('.partial'));
  for (;;) {
    const name = await partial();
    if (name !== undefined && (await readFile(join(folder, name))).length === 44 + audio.length) break;
  }
  return { recorder, dataDir, folder, connection };
}

test('a recorder whose name somebody removes writes it anew', async () => {
  const { folder } = await recording();
  const owner = join(folder, '.owner');
  await rm(owner);
  while (!existsSync(owner)) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(JSON.parse(await readFile(owner, 'utf8'))).toMatchObject({ pid: process.pid });
});

test('a session whose recorder has lost its name this moment is not finished under its hands', async () => {
  const { recorder, dataDir, folder, connection } = await recording();
  await rm(join(folder, '.owner'));
  const { recorder: other } = await openOwnRecorder({ dataDir });
  expect(other.recovered).toEqual([]);
  await connection.receiveBinary(audio);
  await connection.receiveText('{"action":"stop"}');
  const { files, status } = await recorder.handlers['sessions.get']({ id: 'talk' });
  expect([status, files.length]).toEqual(['completed', 1]);
  const samples = await masterSamples(join(dataDir, 'recordings', files[0]?.file_path ?? ''));
  expect(samples.equals(Buffer.concat([audio, audio]))).toBe(true);
  expect(existsSync(join(folder, '.owner'))).toBe(false);
});

test('a master that grows is left to whoever writes to it, and recovered once it does not', async () => {
  const { dataDir } = await recording();
  const copy = await copyAsAfterKill(dataDir);
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  const folder = join(copy, 'recordings', 'talk');
  await rm(join(folder, '.owner'));
  const [name = ''] = (await readdir(folder)).filter((entry) => entry.endsWith('.partial'));
  let writing: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    writing = writing.then(() => appendFile(join(folder, name), audio.subarray(0, 3200)));
  }, 20);
  const { recorder } = await openOwnRecorder({ dataDir: copy });
  clearInterval(timer);
  await writing;
  expect(recorder.recovered).toEqual([]);
  expect(existsSync(join(folder, name))).toBe(true);
  await recorder.close();
  const { recorder: next } = await openOwnRecorder({ dataDir: copy });
  expect(next.recovered).toMatchObject([{ id: 'talk', status: 'recovered' }]);
});
