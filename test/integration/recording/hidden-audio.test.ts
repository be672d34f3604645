import { readdir, rename, rm, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

const SECONDS = 3;
const audio = seededBytes(43, 16_000 * 2 * SECONDS).map((byte) => byte | 1);
const ownEncoder = () => createEncoder({ ffmpeg: undefined, log: () => undefined });

/** A finished session of three seconds, and no catalog of it. */
async function finished(): Promise<{ dataDir: string; recordings: string; names: string[] }> {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect('talk', { send: () => undefined });
  await connection.receiveText(JSON.stringify({ action: 'start', format: 'wav', title: 'Physics' }));
  await connection.receiveBinary(Buffer.from(audio));
  await connection.receiveText('{"action":"stop"}');
  await recorder.close();
  const copy = await copyAsAfterKill(dataDir, { keepCatalog: false });
  const recordings = join(copy, 'recordings');
  return { dataDir: copy, recordings, names: await readdir(join(recordings, 'talk')) };
}

async function launched(dataDir: string) {
  const { recorder } = await openOwnRecorder({ dataDir, encoder: ownEncoder() });
  const { sessions } = await recorder.handlers['sessions.list']({});
  return { recorder, sessions };
}

test.each(['', '.partial'])(
  'a folder with nothing but a copy%s is a session as long as the copy',
  async (suffix) => {
    const { dataDir, recordings, names } = await finished();
    const folder = join(recordings, 'talk');
    const master = names.find((name) => name.endsWith('.wav')) ?? 'no master';
    const copy = master.replace('.wav', '.mp4');
    const paths = { masterPath: join(folder, master), finalPath: join(folder, copy) };
    const encoder = ownEncoder();
    await encoder.encodeFile({ ...paths, format: 'mp4', gain: 1, chapters: [] });
    await encoder.close();
    for (const name of await readdir(folder))
      if (name !== copy) await rm(join(folder, name), { recursive: true });
    await rename(join(folder, copy), join(folder, copy + suffix));
    for (let launch = 0; launch < 2; launch++) {
      const { recorder, sessions } = await launched(dataDir);
      expect(recorder.unfinished).toEqual([]);
      expect(sessions).toMatchObject([{ id: 'talk', status: 'recovered', files: [{ status: 'completed' }] }]);
      expect(Math.abs((sessions[0]?.duration_seconds ?? 0) - SECONDS)).toBeLessThan(0.5);
      expect(recorder.resolveFile('talk', copy)).toBe(join(folder, copy));
      await recorder.close();
    }
  },
);

test.each(['talk.wav.partial', '{}.WAV', '{} - Copy.wav'])(
  'a folder with nothing but %s is a session',
  async (pattern) => {
    const { dataDir, recordings, names } = await finished();
    const folder = join(recordings, 'talk');
    const master = names.find((name) => name.endsWith('.wav')) ?? 'no master';
    for (const name of names) if (name !== master) await rm(join(folder, name), { recursive: true });
    await rename(join(folder, master), join(folder, pattern.replace('{}', master.replace('.wav', ''))));
    const { recorder, sessions } = await launched(dataDir);
    expect(recorder.unfinished).toEqual([]);
    expect(sessions).toMatchObject([{ id: 'talk', duration_seconds: SECONDS }]);
    const listed = recorder.resolveFile('talk', sessions[0]?.files[0]?.file_path.slice('talk/'.length) ?? '');
    expect((await masterSamples(listed ?? 'nowhere')).equals(audio)).toBe(true);
  },
);

test('a folder of which no file can be listed is named', async () => {
  const { dataDir, recordings, names } = await finished();
  const folder = join(recordings, 'talk');
  const master = names.find((name) => name.endsWith('.wav')) ?? 'no master';
  for (const name of names) if (name !== master) await rm(join(folder, name), { recursive: true });
  await rename(join(folder, master), join(folder, `${master}.aside`));
  const { recorder, sessions } = await launched(dataDir);
  expect(sessions).toEqual([]);
  expect(recorder.unfinished.map(({ id }) => id)).toEqual(['talk']);
  expect(await readdir(folder)).toEqual([`${master}.aside`]);
});

describe('a folder whose name is no session id', () => {
  test.each([
    ['talk (renamed by me)', 'talk-renamed-by-me'],
    ['Meeting 3. Juni', 'Meeting-3.-Juni'],
    ['vorlesung_ä', 'vorlesung_a'],
    ['.named1', 'named1'],
    ['-ua1', 'ua1'],
    ['talk.', 'talk'],
    ['x'.repeat(120), 'x'.repeat(60)],
  ])('%s is the session %s where its description and its files agree', async (name, id) => {
    const { dataDir, recordings } = await finished();
    await rename(join(recordings, 'talk'), join(recordings, name));
    for (let launch = 0; launch < 2; launch++) {
      const { recorder, sessions } = await launched(dataDir);
      expect(recorder.unfinished).toEqual([]);
      expect(sessions).toMatchObject([
        { id, title: 'Physics', duration_seconds: SECONDS, status: 'completed' },
      ]);
      const file = sessions[0]?.files[0]?.file_path.slice(id.length + 1) ?? '';
      expect((await masterSamples(recorder.resolveFile(id, file) ?? 'nowhere')).equals(audio)).toBe(true);
      await recorder.close();
    }
  });

  test('is left as it is and named where nothing tells that it is a session', async () => {
    const { dataDir, recordings } = await finished();
    const folder = join(recordings, 'my talk');
    await rename(join(recordings, 'talk'), folder);
    await rm(join(folder, 'session.json'));
    const { recorder, sessions } = await launched(dataDir);
    expect(sessions).toEqual([]);
    expect(recorder.unfinished.map(({ id }) => id)).toEqual(['my talk']);
    expect((await recorder.handlers['app.info']({})).unfinished_sessions).toHaveLength(1);
    expect(await readdir(recordings)).toEqual(['my talk']);
  });

  test('is named where it is inside another one, and a folder without recordings is not', async () => {
    const { dataDir, recordings } = await finished();
    await mkdir(join(recordings, '2026'));
    await mkdir(join(recordings, 'my notes'));
    await rename(join(recordings, 'talk'), join(recordings, '2026', 'talk'));
    const { recorder } = await launched(dataDir);
    expect(recorder.unfinished.map(({ id }) => id)).toEqual(['2026/talk']);
  });
});
