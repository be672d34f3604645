import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { plantImpostor } from '../../support/impostor.ts';
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

describe.each(['folder', 'folder with something in it', 'fifo', 'link', 'broken link', 'device'] as const)(
  'where the owner of a session is a %s',
  (kind) => {
    async function plant(path: string, outside: string): Promise<void> {
      await rm(path, { force: true });
      await mkdir(join(path, '..'), { recursive: true });
      if (kind === 'folder') await mkdir(path);
      else if (kind === 'folder with something in it') await mkdir(join(path, 'inside'), { recursive: true });
      else await plantImpostor(kind, path, outside);
    }

    test('it is recovered', async () => {
      const dataDir = await recordAndDie();
      await plant(join(dataDir, 'recordings', 'shared', '.owner'), join(dataDir, 'outside'));
      for (let launch = 0; launch < 2; launch++) {
        const { recorder } = await openOwnRecorder({ dataDir });
        expect((await recorder.handlers['sessions.list']({})).sessions).toMatchObject([
          { id: 'shared', status: 'recovered', duration_seconds: 2 },
        ]);
        expect(recorder.unfinished).toEqual([]);
        expect(recorder.recovered).toHaveLength(launch === 0 ? 1 : 0);
        await recorder.close();
      }
    });

    test('it can be recorded to again', async () => {
      const { recorder, dataDir } = await openOwnRecorder();
      await plant(join(dataDir, 'recordings', 'shared', '.owner'), dataDir);
      const received: string[] = [];
      const connection = recorder.connect('shared', { send: ({ type }) => received.push(type) });
      await connection.receiveText('{"action":"start","format":"wav"}');
      expect(received).toContain('recording_started');
    });
  },
);

test('who was about to take a dead owner’s place, and is a folder, keeps nobody out', async () => {
  const dataDir = await recordAndDie();
  const path = join(dataDir, 'recordings', 'shared', '.owner');
  const owner = await readFile(path, 'utf8');
  const digest = createHash('sha256').update(owner).digest('hex').slice(0, 32);
  await mkdir(`${path}-after-${digest}`);
  const { recorder } = await openOwnRecorder({ dataDir });
  expect(recorder.recovered).toMatchObject([{ id: 'shared', duration_seconds: 2 }]);
  expect(recorder.unfinished).toEqual([]);
});

test('a later session.json that would be kept out of the catalog leaves nothing unfinished in it', async () => {
  const dataDir = await recordAndDie();
  const path = join(dataDir, 'recordings', 'shared', 'session.json');
  const { version, session } = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  const changed = { ...session, revision: session.revision + 10, database_records: false };
  await writeFile(path, JSON.stringify({ version, session: changed }));
  for (let launch = 0; launch < 2; launch++) {
    const { recorder } = await openOwnRecorder({ dataDir });
    expect((await recorder.handlers['sessions.list']({})).sessions).toMatchObject([
      { id: 'shared', status: 'recovered', duration_seconds: 2 },
    ]);
    expect(recorder.recovered).toHaveLength(launch === 0 ? 1 : 0);
    await recorder.close();
  }
});

test.each([true, false])(
  'a session.json of a later version, kept out of the catalog, is recovered; with a catalog: %s',
  async (keepCatalog) => {
    const dataDir = await recordAndDie();
    if (!keepCatalog)
      for (const name of await readdir(dataDir))
        if (name.startsWith('lectern.db')) await rm(join(dataDir, name));
    const path = join(dataDir, 'recordings', 'shared', 'session.json');
    const { session } = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    await writeFile(path, JSON.stringify({ version: 2, session: { ...session, database_records: false } }));
    const { recorder } = await openOwnRecorder({ dataDir });
    expect(recorder.recovered).toMatchObject([{ id: 'shared', status: 'recovered', duration_seconds: 2 }]);
    const found = await recorder.handlers['sessions.get']({ id: 'shared' });
    expect(found).toMatchObject({ status: 'recovered', files: [{ status: 'completed' }] });
  },
);
