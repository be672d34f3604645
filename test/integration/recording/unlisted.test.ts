import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { sessionFileSchema } from '../../../src-main/contract/session-record.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const RATE = 16_000;
const SECONDS = 3;
const audio = seededBytes(51, RATE * 2 * SECONDS).map((byte) => byte | 1);
const other = seededBytes(52, RATE * 2 * 2).map((byte) => byte | 1);

interface Finished {
  readonly dataDir: string;
  readonly recordings: string;
  readonly folder: string;
  /** `user_{unix}` */
  readonly stem: string;
  /** A WAV of two other seconds. */
  readonly otherWav: Buffer;
}

async function record(dataDir: string | undefined, id: string, samples: Uint8Array = audio): Promise<string> {
  const opened = await openOwnRecorder(dataDir === undefined ? {} : { dataDir });
  const connection = opened.recorder.connect(id, { send: () => undefined });
  await connection.receiveText(JSON.stringify({ action: 'start', format: 'wav', title: 'Physics' }));
  await connection.receiveBinary(Buffer.from(samples));
  await connection.receiveText('{"action":"stop"}');
  await opened.recorder.close();
  return opened.dataDir;
}

/** A finished session of three seconds, in the catalog and in its folder. */
async function finished(): Promise<Finished> {
  const dataDir = await record(await temporaryFolder(), 'talk');
  const recordings = join(dataDir, 'recordings');
  const folder = join(recordings, 'talk');
  const name = (await readdir(folder)).find((each) => each.endsWith('.wav')) ?? 'no master';
  const header = Buffer.from((await readFile(join(folder, name))).subarray(0, 44));
  header.writeUInt32LE(36 + other.length, 4);
  header.writeUInt32LE(other.length, 40);
  const otherWav = Buffer.concat([header, other]);
  return { dataDir, recordings, folder, stem: name.replace('.wav', ''), otherWav };
}

const ownEncoder = () => createEncoder({ ffmpeg: undefined, log: () => undefined });

async function launched({ dataDir }: Pick<Finished, 'dataDir'>) {
  const { recorder } = await openOwnRecorder({ dataDir, encoder: ownEncoder() });
  const { sessions } = await recorder.handlers['sessions.list']({});
  return { recorder, sessions };
}

const CLI = join(import.meta.dirname, '../../../src-main/cli.ts');

function lectern({ dataDir }: Finished, ...words: readonly string[]) {
  return spawnSync(process.execPath, [CLI, '--dir', dataDir, ...words], { encoding: 'utf8' });
}

async function forgetCatalog(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) if (name.startsWith('lectern.db')) await rm(join(dataDir, name));
}

/** Folder names and the bytes of files in them. */
async function contents(folder: string): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const name of await readdir(folder))
    if (!name.endsWith('.json') && name !== '.owner')
      all[name] = (await readFile(join(folder, name))).toString('base64').slice(0, 400);
  return all;
}

describe('a finished session, with a recording in its folder that it does not list', () => {
  test.each([
    ['{}_p2.wav', 2, 5],
    ['{}_p7.wav', 7, 5],
    ['assistant_1700000000_p2.wav', 2, 5],
    ['user_1700000000.wav', 2, 5],
    ['mixed_1700000000_p2.wav', 2, 5],
    ['{}_p2 (1).wav', 2, 5],
    ['{} (conflicted copy).wav', 1, SECONDS],
    ['{} - Copy.wav', 1, SECONDS],
    ['{}.WAV', 1, SECONDS],
  ])('%s: lists it as a file of part %i, and is %i s long', async (pattern, part, seconds) => {
    const one = await finished();
    const name = pattern.replace('{}', one.stem);
    await writeFile(join(one.folder, name), one.otherWav);
    const before = await contents(one.folder);
    let rows: unknown;
    for (let launch = 0; launch < 3; launch++) {
      if (launch === 2) await forgetCatalog(one.dataDir);
      const { recorder, sessions } = await launched(one);
      expect(recorder.unfinished).toEqual([]);
      expect(sessions).toMatchObject([
        { id: 'talk', title: 'Physics', status: 'completed', recovered: null },
      ]);
      const session = await recorder.handlers['sessions.get']({ id: 'talk' });
      expect(session.duration_seconds).toBe(seconds);
      expect(session.files.toSorted((a, b) => b.duration_ms - a.duration_ms)).toMatchObject([
        { file_path: `talk/${one.stem}.wav`, part: 1, master: true, status: 'completed', duration_ms: 3000 },
        { file_path: `talk/${name}`, part, master: part !== 1, status: 'completed', duration_ms: 2000 },
      ]);
      if (part !== 1)
        expect(session.parts[1]).toMatchObject({
          part,
          duration_seconds: 2,
          report: { captured: RATE * 2, expected: RATE * 2, gaps: [] },
        });
      expect((await masterSamples(recorder.resolveFile('talk', name) ?? 'nowhere')).equals(other)).toBe(true);
      rows ??= { files: session.files, parts: session.parts };
      expect({ files: session.files, parts: session.parts }).toEqual(rows);
      await recorder.close();
    }
    expect(await contents(one.folder)).toEqual(before);
  });

  test('leaves what a sync program put beside a recording as it is where the session is checked', async () => {
    const one = await finished();
    const name = `${one.stem} (conflicted copy).wav`;
    await writeFile(join(one.folder, name), one.otherWav);
    const { recorder } = await launched(one);
    await recorder.handlers['sessions.repair']({ id: 'talk' });
    expect((await readFile(join(one.folder, name))).equals(one.otherWav)).toBe(true);
    expect(recorder.resolveFile('talk', name)).toBe(join(one.folder, name));
    expect((await readdir(one.folder)).filter((each) => each.includes('.bak'))).toEqual([]);
  });

  test('lists both sides of another take as one part', async () => {
    const one = await finished();
    for (const side of ['user', 'assistant'])
      await writeFile(join(one.folder, `${side}_1700000000.wav`), one.otherWav);
    const { recorder } = await launched(one);
    const session = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(session.duration_seconds).toBe(5);
    expect(session.parts).toMatchObject([
      { part: 1, duration_seconds: 3 },
      { part: 2, duration_seconds: 2, started_at: '2023-11-14T22:13:20.000Z' },
    ]);
    expect(session.files.map(({ type, part, master }) => [type, part, master])).toEqual([
      ['user', 1, true],
      ['assistant', 2, true],
      ['user', 2, true],
    ]);
  });

  test.each(['user_1700000000.mp4', 'user_1700000000 (1).mp4', 'mixed_1700000000.mp4'])(
    '%s: lists the copy, whose WAV is not there',
    async (name) => {
      const one = await finished();
      const encoder = ownEncoder();
      const paths = { masterPath: join(one.folder, `${one.stem}.wav`), finalPath: join(one.folder, name) };
      await encoder.encodeFile({ ...paths, format: 'mp4', gain: 1, chapters: [] });
      await encoder.close();
      const { recorder } = await launched(one);
      expect(recorder.unfinished).toEqual([]);
      const session = await recorder.handlers['sessions.get']({ id: 'talk' });
      expect(session.files[1]).toMatchObject({
        file_path: `talk/${name}`,
        format: 'mp4',
        part: 2,
        master: false,
      });
      expect(Math.abs(session.duration_seconds - 2 * SECONDS)).toBeLessThan(0.5);
      expect(recorder.resolveFile('talk', name)).toBe(join(one.folder, name));
    },
  );

  test.each([
    'user_1700000000.wav.aside',
    'user_1700000000.wav.bak',
    'user_1700000000.wav.bak-2',
    'user_1700000000.wav.tmp',
    'user_1700000000.wav.crdownload',
    'user_1700000000 (1).wav.tmp',
    '.user_1700000000.wav',
    '{}.wav.tmp',
    '{}.wav.crdownload',
  ])('%s: names the file at every launch until it has a name that can be listed', async (pattern) => {
    const one = await finished();
    const name = pattern.replace('{}', one.stem);
    await writeFile(join(one.folder, name), one.otherWav);
    const before = await contents(one.folder);
    for (let launch = 0; launch < 2; launch++) {
      const { recorder, sessions } = await launched(one);
      expect(recorder.unfinished).toMatchObject([{ id: 'talk' }]);
      expect(recorder.unfinished[0]?.reason).toContain(name);
      expect(sessions).toMatchObject([
        { status: 'completed', duration_seconds: SECONDS, files: [{ part: 1 }] },
      ]);
      await recorder.close();
    }
    expect(await contents(one.folder)).toEqual(before);
    await rename(join(one.folder, name), join(one.folder, 'user_1700000000.wav'));
    const { recorder, sessions } = await launched(one);
    expect(recorder.unfinished).toEqual([]);
    expect(sessions).toMatchObject([{ duration_seconds: 5, files: [{ part: 1 }, { part: 2 }] }]);
  });

  test('names a copy that an encoder left, whose WAV is not there, and one that cannot be read', async () => {
    const one = await finished();
    const encoder = ownEncoder();
    const finalPath = join(one.folder, 'user_1700000000.mp4');
    await encoder.encodeFile({
      masterPath: join(one.folder, `${one.stem}.wav`),
      finalPath,
      format: 'mp4',
      gain: 1,
      chapters: [],
    });
    await encoder.close();
    await rename(finalPath, `${finalPath}.partial`);
    await writeFile(join(one.folder, 'user_1700000001.wav'), one.otherWav.subarray(44));
    const { recorder, sessions } = await launched(one);
    const told = recorder.unfinished.map(({ reason }) => reason);
    expect(told).toHaveLength(2);
    expect(told[0]).toContain('user_1700000000.mp4.partial');
    expect(told[1]).toContain('user_1700000001.wav');
    expect(sessions).toMatchObject([{ files: [{ part: 1 }] }]);
  });

  test.each(['{}.wav.aside', '{}.wav.bak', '{}.wav.bak-2', '{}.mp4', '{}_gain2.wav', 'notes.wav', '{}.txt'])(
    '%s: says nothing of what was put aside, made of its own recording, or is none',
    async (pattern) => {
      const one = await finished();
      await writeFile(join(one.folder, pattern.replace('{}', one.stem)), one.otherWav);
      const { recorder, sessions } = await launched(one);
      expect(recorder.unfinished).toEqual([]);
      expect(sessions).toMatchObject([{ duration_seconds: SECONDS, files: [{ part: 1 }] }]);
    },
  );

  test('names the one file that it has where that was put aside', async () => {
    const one = await finished();
    const path = join(one.folder, `${one.stem}.wav`);
    await rename(path, `${path}.aside`);
    const { recorder } = await launched(one);
    expect(recorder.unfinished[0]?.reason).toContain(`${one.stem}.wav.aside`);
  });

  test('lists again what was missing when a crash was put in order', async () => {
    const one = await finished();
    const path = join(one.folder, 'session.json');
    const { session } = sessionFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const asLost = {
      ...session,
      duration_seconds: 0,
      parts: session.parts.map((part) => ({ ...part, duration_seconds: 0 })),
      files: session.files.map((file) => ({ ...file, status: 'missing', byte_size: 0, duration_ms: 0 })),
    };
    await writeFile(path, JSON.stringify({ version: 1, session: asLost }));
    await forgetCatalog(one.dataDir);
    const { recorder } = await launched(one);
    const again = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(again).toMatchObject({
      duration_seconds: SECONDS,
      parts: [{ part: 1, duration_seconds: SECONDS, report: { captured: RATE * SECONDS, gaps: [] } }],
      files: [{ status: 'completed', duration_ms: 3000, master: true }],
    });
  });

  test('lists what a catalog and a session.json from before a part do not', async () => {
    const one = await finished();
    const old = await readFile(join(one.folder, 'session.json'));
    const catalog = await readFile(join(one.dataDir, 'lectern.db'));
    await record(one.dataDir, 'talk', other);
    await forgetCatalog(one.dataDir);
    await writeFile(join(one.folder, 'session.json'), old);
    await writeFile(join(one.dataDir, 'lectern.db'), catalog);
    const { recorder, sessions } = await launched(one);
    expect(recorder.unfinished).toEqual([]);
    expect(sessions).toMatchObject([
      { status: 'completed', duration_seconds: 5, files: [{ part: 1 }, { part: 2, master: true }] },
    ]);
  });
});

test('the command line says what is not listed, and exits with 1; with 0 where everything is', async () => {
  const one = await finished();
  await writeFile(join(one.folder, 'user_1700000000.wav'), one.otherWav);
  const listed = lectern(one, 'recover');
  expect(listed.status).toBe(0);
  expect(listed.stderr).toContain('Nothing was cut off\n');
  expect(lectern(one, 'show', 'talk').stdout).toContain('user_1700000000.wav');
  await writeFile(join(one.folder, 'user_1700000001.wav.aside'), one.otherWav);
  const left = lectern(one, 'recover');
  expect(left.status).toBe(1);
  expect(left.stderr).toContain('user_1700000001.wav.aside');
});

describe('a session that was recorded again after it went to the trash', () => {
  /** The trashed folder, and the folder of a new take under the same id. */
  async function recordedAgain(): Promise<Finished & { readonly trashed: string }> {
    const one = await finished();
    const trashed = join(await temporaryFolder(), 'talk');
    const { recorder } = await openOwnRecorder({
      dataDir: one.dataDir,
      moveToTrash: async (path) => {
        await cp(path, trashed, { recursive: true });
        await rm(path, { recursive: true });
      },
    });
    await recorder.handlers['sessions.delete']({ id: 'talk' });
    await recorder.close();
    await forgetCatalog(one.dataDir);
    await record(one.dataDir, 'talk', other);
    return { ...one, trashed };
  }

  test.each([
    ['talk (1)', 'talk-1'],
    ['talk 2', 'talk-2'],
    ['talk.1', 'talk.1'],
    ['talk copy', 'talk-copy'],
  ])('is listed beside the new one where its folder comes back as %s', async (name, id) => {
    const one = await recordedAgain();
    await cp(one.trashed, join(one.recordings, name), { recursive: true });
    for (let launch = 0; launch < 2; launch++) {
      const { recorder, sessions } = await launched(one);
      expect(recorder.unfinished).toEqual([]);
      expect(sessions.map((session) => [session.id, session.duration_seconds]).toSorted()).toEqual([
        ['talk', 2],
        [id, SECONDS],
      ]);
      const old = recorder.resolveFile(id, `${one.stem}.wav`);
      expect((await masterSamples(old ?? 'nowhere')).equals(audio)).toBe(true);
      await recorder.close();
    }
  });

  test('has its files listed where they come back into the folder of the new one', async () => {
    const one = await recordedAgain();
    await cp(join(one.trashed, `${one.stem}.wav`), join(one.folder, 'user_1700000000.wav'));
    await cp(join(one.trashed, 'session.json'), join(one.folder, 'session (1).json'));
    const { recorder } = await launched(one);
    const session = await recorder.handlers['sessions.get']({ id: 'talk' });
    expect(session.duration_seconds).toBe(5);
    expect(
      (await masterSamples(recorder.resolveFile('talk', 'user_1700000000.wav') ?? '')).equals(audio),
    ).toBe(true);
  });

  test('is named where its folder is in another of the folders that were recorded to', async () => {
    const one = await recordedAgain();
    const elsewhere = await temporaryFolder();
    await cp(one.trashed, join(elsewhere, 'talk'), { recursive: true });
    await rename(join(elsewhere, 'talk', `${one.stem}.wav`), join(elsewhere, 'talk', 'user_1700000000.wav'));
    const index = join(one.dataDir, 'recordings-dirs.json');
    await writeFile(index, JSON.stringify({ version: 1, dirs: [elsewhere] }));
    const { recorder, sessions } = await launched(one);
    expect(sessions.map(({ id }) => id)).toEqual(['talk']);
    expect(recorder.unfinished).toMatchObject([{ id: 'talk' }]);
    expect(recorder.unfinished[0]?.reason).toContain(join(elsewhere, 'talk'));
    expect(recorder.unfinished[0]?.reason).toContain('user_1700000000.wav');
  });
});

describe('a take in a folder whose session.json is that of another session', () => {
  test('keeps that aside, says so in its notes, and lists the recordings that are there at the next launch', async () => {
    const one = await finished();
    const described = await readFile(join(one.folder, 'session.json'), 'utf8');
    const { recorder } = await openOwnRecorder({ dataDir: one.dataDir });
    await cp(one.folder, join(one.recordings, 'lecture'), { recursive: true });
    await rename(
      join(one.recordings, 'lecture', `${one.stem}.wav`),
      join(one.recordings, 'lecture', 'user_1700000000.wav'),
    );
    const connection = recorder.connect('lecture', { send: () => undefined });
    await connection.receiveText('{"action":"start","format":"wav"}');
    await connection.receiveBinary(other);
    await connection.receiveText('{"action":"stop"}');
    const session = await recorder.handlers['sessions.get']({ id: 'lecture' });
    expect(session.notes).toContain('describes another session, talk');
    expect(session.notes).toContain('session.json.aside');
    expect(await readFile(join(one.recordings, 'lecture', 'session.json.aside'), 'utf8')).toBe(described);
    await recorder.close();
    const next = await launched(one);
    const again = await next.recorder.handlers['sessions.get']({ id: 'lecture' });
    expect(again.duration_seconds).toBe(5);
    expect(again.files).toMatchObject([{ part: 1 }, { part: 2, file_path: 'lecture/user_1700000000.wav' }]);
  });
});

test('a session.json of another session in the folder of one that the catalog knows is kept, and told', async () => {
  const one = await finished();
  await record(one.dataDir, 'known', other);
  const described = await readFile(join(one.folder, 'session.json'), 'utf8');
  const known = join(one.recordings, 'known');
  await writeFile(join(known, 'session.json'), described);
  for (let launch = 0; launch < 2; launch++) {
    const { recorder } = await launched(one);
    const { notes, duration_seconds } = await recorder.handlers['sessions.get']({ id: 'known' });
    expect(notes).toBe(
      'The session.json of this recording describes another session, talk. It is kept as session.json.aside.',
    );
    expect(duration_seconds).toBe(2);
    await recorder.close();
  }
  expect(await readFile(join(known, 'session.json.aside'), 'utf8')).toBe(described);
});

describe('recordings in folders where no session is looked for', () => {
  test('are named inside a session that has recordings itself, at any depth', async () => {
    const one = await finished();
    await cp(one.folder, join(one.recordings, '2026', 'talk'), { recursive: true });
    const inner = join(one.folder, 'old', 'older', 'talk');
    await cp(join(one.recordings, '2026', 'talk'), inner, { recursive: true });
    await mkdir(join(one.recordings, 'talk', 'notes'));
    await writeFile(join(one.recordings, 'talk', 'notes', 'agenda.txt'), 'first');
    const { recorder } = await launched(one);
    expect(recorder.unfinished.map(({ id }) => id).toSorted()).toEqual(['2026/talk', 'talk/old/older/talk']);
  });

  test('are named in the recordings folder itself', async () => {
    const one = await finished();
    await writeFile(join(one.recordings, 'user_1700000000.wav'), one.otherWav);
    const { recorder } = await launched(one);
    expect(recorder.unfinished.map(({ id }) => id)).toEqual(['user_1700000000.wav']);
  });
});
