import { cp, readFile, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';

const audio = seededBytes(31, 16_000 * 2 * 2);

interface Recorded {
  readonly dataDir: string;
  readonly recordings: string;
}

/** Two seconds with a title, a marker and a line of text: finished, or cut off by a kill. */
async function recorded({ cutOff = false, keepCatalog = true } = {}): Promise<Recorded> {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect('talk', { send: () => undefined });
  const say = (message: object) => connection.receiveText(JSON.stringify(message));
  await say({ action: 'start', format: 'wav', title: 'Physics' });
  await connection.receiveBinary(audio);
  await say({ action: 'marker', label: 'exam question' });
  await say({ action: 'transcript', role: 'user', text: 'entropy never falls' });
  if (cutOff) {
    const folder = join(dataDir, 'recordings', 'talk');
    const isWritten = async (): Promise<boolean> => {
      const names = await readdir(folder);
      const partial = names.find((name) => name.endsWith('.wav.partial')) ?? '';
      const described = await readFile(join(folder, 'session.json'), 'utf8');
      return (
        names.includes('transcript.json') &&
        described.includes('exam question') &&
        (await readFile(join(folder, partial))).length === 44 + audio.length
      );
    };
    while (!(await isWritten()));
  } else {
    await say({ action: 'stop' });
    await recorder.close();
  }
  const copy = await copyAsAfterKill(dataDir, { keepCatalog });
  return { dataDir: copy, recordings: join(copy, 'recordings') };
}

async function opened({ dataDir }: Recorded) {
  const { recorder } = await openOwnRecorder({ dataDir });
  const { sessions } = await recorder.handlers['sessions.list']({});
  return { recorder, sessions };
}

describe.each([
  ['finished', 'with a catalog', { cutOff: false, keepCatalog: true }],
  ['finished', 'without a catalog', { cutOff: false, keepCatalog: false }],
  ['cut off', 'with a catalog', { cutOff: true, keepCatalog: true }],
  ['cut off', 'without a catalog', { cutOff: true, keepCatalog: false }],
] as const)('a %s session whose folder was renamed, %s', (_, __, options) => {
  test('is one session under the new name, with its title, marker, text and audio', async () => {
    const one = await recorded(options);
    await rename(join(one.recordings, 'talk'), join(one.recordings, 'physics-1'));
    for (let launch = 0; launch < 2; launch++) {
      const { recorder, sessions } = await opened(one);
      expect(sessions).toMatchObject([
        {
          id: 'physics-1',
          title: 'Physics',
          status: options.cutOff ? 'recovered' : 'completed',
          duration_seconds: 2,
          files: [{ status: 'completed' }],
        },
      ]);
      const session = await recorder.handlers['sessions.get']({ id: 'physics-1' });
      expect(session.markers).toMatchObject([{ label: 'exam question', frame: 32_000 }]);
      const path = recorder.resolveFile('physics-1', session.files[0]?.file_path.split('/')[1] ?? '');
      expect((await masterSamples(path ?? 'nowhere')).equals(audio)).toBe(true);
      const found = await recorder.handlers['search']({ query: 'entropy' });
      expect(found.hits.map(({ session_id }) => session_id)).toEqual(['physics-1']);
      expect(recorder.unfinished).toEqual([]);
      const names = await readdir(join(one.recordings, 'physics-1'));
      expect(names.filter((name) => name.includes('.aside'))).toEqual(['session.json.aside']);
      await recorder.close();
    }
  });
});

test('a folder that gets its old name back is the old session again', async () => {
  const one = await recorded();
  await rename(join(one.recordings, 'talk'), join(one.recordings, 'other'));
  await (await opened(one)).recorder.close();
  await rename(join(one.recordings, 'other'), join(one.recordings, 'talk'));
  const { sessions } = await opened(one);
  expect(sessions.filter(({ files }) => files[0]?.status === 'completed')).toMatchObject([
    { id: 'talk', title: 'Physics' },
  ]);
});

test('a folder that was copied is a session of its own beside the first', async () => {
  const one = await recorded();
  await cp(join(one.recordings, 'talk'), join(one.recordings, 'copy'), { recursive: true });
  const { sessions } = await opened(one);
  expect(sessions.map(({ id, title }) => [id, title]).toSorted()).toEqual([
    ['copy', 'Physics'],
    ['talk', 'Physics'],
  ]);
});

test.each<readonly [string, (folder: string, master: string) => Promise<unknown>]>([
  ['is shorter', (folder, master) => truncate(join(folder, master), 44 + 1000)],
  ['is not there', (folder, master) => rename(join(folder, master), join(folder, 'user_1.wav'))],
])('a session.json of another session is kept aside where a file that it lists %s', async (_, change) => {
  const one = await recorded({ keepCatalog: false });
  const folder = join(one.recordings, 'other');
  await rename(join(one.recordings, 'talk'), folder);
  const described = await readFile(join(folder, 'session.json'), 'utf8');
  const master = (await readdir(folder)).find((name) => name.endsWith('.wav')) ?? '';
  await change(folder, master);
  const { sessions } = await opened(one);
  expect(sessions).toMatchObject([{ id: 'other' }]);
  expect(sessions[0]?.title).not.toBe('Physics');
  expect(await readFile(join(folder, 'session.json.aside'), 'utf8')).toBe(described);
});

test('one in the folder of a session that the catalog knows takes nothing from that', async () => {
  const one = await recorded();
  const { recorder } = await openOwnRecorder({ dataDir: one.dataDir });
  const connection = recorder.connect('known', { send: () => undefined });
  await connection.receiveText('{"action":"start","format":"wav","title":"Known"}');
  await connection.receiveBinary(audio);
  await connection.receiveText('{"action":"stop"}');
  await recorder.close();
  await rm(join(one.recordings, 'known', 'session.json'));
  const described = await readFile(join(one.recordings, 'talk', 'session.json'), 'utf8');
  await writeFile(join(one.recordings, 'known', 'session.json'), described);
  const { sessions } = await opened(one);
  expect(sessions.map(({ id, title }) => [id, title]).toSorted()).toEqual([
    ['known', 'Known'],
    ['talk', 'Physics'],
  ]);
});
