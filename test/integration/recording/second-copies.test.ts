import { readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { ask, startTestServer, withToken } from '../remote/test-server.ts';

const RATE = 16_000;
const HEADER_BYTES = 44;
/** No zero byte: blocks of zeros may be what a disk has lost. */
const audio = seededBytes(41, RATE * 2 * 3).map((byte) => byte | 1);
const other = seededBytes(42, RATE * 2 * 3).map((byte) => byte | 1);

interface Cut {
  readonly dataDir: string;
  readonly folder: string;
  /** `user_{unix}` */
  readonly stem: string;
}

/** Three seconds with a marker, acknowledged, and then a kill. */
async function cutOff({ keepCatalog = true } = {}): Promise<Cut> {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect('talk', { send: () => undefined });
  await connection.receiveText('{"action":"start","format":"wav","title":"Physics"}');
  await connection.receiveBinary(Buffer.from(audio));
  const folder = join(dataDir, 'recordings', 'talk');
  const partial = async () => (await readdir(folder)).find((name) => name.endsWith('.wav.partial')) ?? '';
  while ((await readFile(join(folder, await partial()))).length < HEADER_BYTES + audio.length);
  const copy = await copyAsAfterKill(dataDir, { keepCatalog });
  const copied = join(copy, 'recordings', 'talk');
  return { dataDir: copy, folder: copied, stem: (await partial()).replace('.wav.partial', '') };
}

/** The next launch but one: what the first has done stays. */
async function launchedTwice(dataDir: string) {
  await (await openOwnRecorder({ dataDir })).recorder.close();
  const { recorder } = await openOwnRecorder({ dataDir });
  return { recorder, session: await recorder.handlers['sessions.get']({ id: 'talk' }) };
}

const withSamples = (wav: Buffer, samples: Uint8Array): Buffer =>
  Buffer.concat([wav.subarray(0, HEADER_BYTES), samples]);

const DECORATED = [
  '{} (conflicted copy).wav.partial',
  '{} (1).wav.partial',
  '{} - Copy.wav.partial',
  'Copy of {}.wav.partial',
  '{}.sync-conflict-20261129-211500-ABCDEFG.wav.partial',
  '{}.wav (conflicted copy).partial',
] as const;

describe.each(DECORATED)('a recording that is called %s', (pattern) => {
  test.each([true, false])(
    'is the one it was, to be read and served; with a catalog: %s',
    async (keepCatalog) => {
      const { dataDir, folder, stem } = await cutOff({ keepCatalog });
      await rename(join(folder, `${stem}.wav.partial`), join(folder, pattern.replace('{}', stem)));
      const { recorder, session } = await launchedTwice(dataDir);
      expect(recorder.unfinished).toEqual([]);
      expect(session).toMatchObject({ title: 'Physics', status: 'recovered', duration_seconds: 3 });
      expect(session.files).toMatchObject([
        { status: 'completed', part: 1, duration_ms: 3000, type: 'user' },
      ]);
      const name = session.files[0]?.file_path.split('/')[1] ?? '';
      expect((await masterSamples(recorder.resolveFile('talk', name) ?? 'nowhere')).equals(audio)).toBe(true);
      const server = await startTestServer(recorder);
      const path = `/api/sessions/talk/files/${encodeURIComponent(name)}`;
      const answer = await ask(server.port, path, { headers: withToken });
      expect(answer.status).toBe(200);
      expect(answer.body.subarray(-audio.length).equals(audio)).toBe(true);
      const exported = await recorder.handlers['sessions.export']({ id: 'talk', format: 'wav', gain: 1 });
      expect(exported.files).toMatchObject([{ duration_ms: 3000 }]);
    },
  );
});

test.each<readonly [string, number, number]>([
  ['the second copy is longer', 2, 3],
  ['the original is longer', 3, 2],
])('of an original and a copy beside it of other length one is listed: %s', async (_, original, copied) => {
  const { dataDir, folder, stem } = await cutOff();
  const path = join(folder, `${stem}.wav.partial`);
  const wav = await readFile(path);
  await writeFile(path, withSamples(wav, audio.subarray(0, original * RATE * 2)));
  const copy = `${stem} (conflicted copy).wav.partial`;
  await writeFile(join(folder, copy), withSamples(wav, audio.subarray(0, copied * RATE * 2)));
  const { session, recorder } = await launchedTwice(dataDir);
  expect(session).toMatchObject({ status: 'recovered', duration_seconds: 3, parts: [{ part: 1 }] });
  expect(session.files).toMatchObject([{ status: 'completed', duration_ms: 3000 }]);
  const name = session.files[0]?.file_path.split('/')[1] ?? '';
  expect(name).toBe(`${stem}.wav`);
  expect((await masterSamples(recorder.resolveFile('talk', name) ?? 'nowhere')).equals(audio)).toBe(true);
  expect((await readdir(folder)).filter((entry) => entry.includes('.aside'))).toHaveLength(1);
});

test('a copy of which the second half is other audio makes the session no longer, and is kept', async () => {
  const { dataDir, folder, stem } = await cutOff();
  const wav = await readFile(join(folder, `${stem}.wav.partial`));
  const half = audio.length / 2;
  const mixed = Buffer.concat([audio.subarray(0, half), other.subarray(half)]);
  await writeFile(join(folder, `${stem} (1).wav.partial`), withSamples(wav, mixed));
  const { session, recorder } = await launchedTwice(dataDir);
  expect(session).toMatchObject({ duration_seconds: 3, files: [{ duration_ms: 3000 }] });
  const listed = recorder.resolveFile('talk', session.files[0]?.file_path.split('/')[1] ?? '');
  expect((await masterSamples(listed ?? 'nowhere')).equals(audio)).toBe(true);
  const aside = (await readdir(folder)).find((name) => name.includes('.aside')) ?? '';
  expect((await readFile(join(folder, aside))).subarray(HEADER_BYTES).equals(mixed)).toBe(true);
});

test.each(['my talk.wav.partial', 'vorlesung ä.wav.partial', 'at 10:30.wav.partial', '.hidden.wav.partial'])(
  'an unfinished WAV called %s, of nobody knows what, is listed beside the session’s own and can be read',
  async (name) => {
    const { dataDir, folder, stem } = await cutOff();
    const wav = await readFile(join(folder, `${stem}.wav.partial`));
    await writeFile(join(folder, name), withSamples(wav, other));
    const { session, recorder } = await launchedTwice(dataDir);
    expect(session.files.map(({ status, part }) => `${status} ${part}`).toSorted()).toEqual([
      'completed 1',
      'completed 2',
    ]);
    const listed = session.files.map(({ file_path }) => file_path.slice('talk/'.length));
    const samples = await Promise.all(
      listed.map((file) => masterSamples(recorder.resolveFile('talk', file) ?? 'nowhere')),
    );
    expect(samples.some((one) => one.equals(other))).toBe(true);
    expect(samples.some((one) => one.equals(audio))).toBe(true);
  },
);

describe('a session in which files have the names that others are to get', () => {
  test.each(['{}_p2.wav', '{}_p2.wav.partial'])('is put in order at once, beside %s', async (pattern) => {
    const { dataDir, folder, stem } = await cutOff();
    const wav = await readFile(join(folder, `${stem}.wav.partial`));
    await writeFile(join(folder, `${stem}.wav`), withSamples(wav, other.subarray(0, RATE)));
    await writeFile(join(folder, pattern.replace('{}', stem)), withSamples(wav, other));
    await writeFile(join(folder, 'talk.wav.partial'), withSamples(wav, other.subarray(0, RATE * 2)));
    const { recorder, session } = await launchedTwice(dataDir);
    expect(recorder.unfinished).toEqual([]);
    const parts = session.files.map(({ part, duration_ms, status }) => [part, duration_ms, status]);
    expect(parts.toSorted()).toEqual([
      [1, 3000, 'completed'],
      [2, 3000, 'completed'],
      [3, 1000, 'completed'],
    ]);
    expect(session.duration_seconds).toBe(7);
  });
});
