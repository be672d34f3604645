import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { DEFAULT_PROFILES, type RecordingProfile } from '../../../src-main/contract/recording-profile.ts';
import type { ServerMessage, ServerMessageOf } from '../../../src-main/contract/server-messages.ts';
import { DEFAULT_SETTINGS } from '../../../src-main/contract/settings.ts';
import type { Recorder } from '../../../src-main/recorder.ts';
import { copyAsAfterKill } from '../../support/after-kill.ts';
import { masterSamples } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { openTestRecorder } from '../../support/test-recorder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const LECTURE = DEFAULT_PROFILES[0]!;

async function open(dataDir: string, overrides: Parameters<typeof openTestRecorder>[0] = {}) {
  const { recorder } = await openTestRecorder({ dataDir, ...overrides });
  onTestFinished(() => recorder.close());
  return recorder;
}

/** A data folder whose settings hold this profile beside the usual ones. */
async function dataDirWith(profile: RecordingProfile): Promise<string> {
  const dataDir = await temporaryFolder();
  const settings = { ...DEFAULT_SETTINGS, profiles: [...DEFAULT_PROFILES, profile] };
  await writeFile(join(dataDir, 'settings.json'), JSON.stringify(settings));
  return dataDir;
}

const audio = seededBytes(41, 32_000);

function connect(recorder: Recorder, id: string) {
  const received: ServerMessage[] = [];
  const connection = recorder.connect(id, { send: (message) => received.push(message) });
  return {
    received,
    say: (message: object) => connection.receiveText(JSON.stringify(message)),
    send: (bytes: Uint8Array) => connection.receiveBinary(bytes),
  };
}

async function record(
  recorder: Recorder,
  id: string,
  start: object,
): Promise<ServerMessageOf<'recording_stopped'>> {
  const client = connect(recorder, id);
  await client.say({ action: 'start', ...start });
  await client.send(audio);
  await client.say({ action: 'stop' });
  const stopped = client.received.find((message) => message.type === 'recording_stopped');
  if (stopped === undefined) throw new Error(JSON.stringify(client.received));
  return stopped;
}

test('a profile fills in what a start leaves out, and nothing that it says', async () => {
  const recorder = await open(await temporaryFolder());
  const client = connect(recorder, 'call');
  await client.say({ action: 'start', profile: 'call', encoding: 'mulaw', channels: 2 });
  expect(client.received[0]).toMatchObject({
    type: 'recording_started',
    format: 'mp3',
    sample_rate: 8000,
    channels: 2,
    encoding: 'mulaw',
    tracks: ['user', 'assistant'],
  });
  await client.say({ action: 'stop' });
  expect(await recorder.handlers['sessions.get']({ id: 'call' })).toMatchObject({
    profile: 'Call',
    record: ['user', 'assistant', 'mixed'],
  });
});

test('a profile that there is not is answered with those that there are, and records nothing', async () => {
  const dataDir = await temporaryFolder();
  const client = connect(await open(dataDir), 'unknown');
  await client.say({ action: 'start', profile: 'Seminar' });
  await client.say({ action: 'start' });
  expect(client.received).toEqual([
    {
      type: 'error',
      code: 'INVALID_MESSAGE',
      message: 'Invalid message: expected profile to be one of Lecture, Meeting, Call, got "Seminar"',
    },
    { type: 'error', code: 'INVALID_FORMAT', message: "Invalid format. Use 'wav', 'mp4' or 'mp3'" },
  ]);
  expect(await readdir(join(dataDir, 'recordings'))).toEqual([]);
});

test.each([
  [{ record: ['assistant'] }, /files that these tracks give \(user\), got assistant/],
  [{ record: ['mixed'] }, /\(user\), got mixed/],
  [{ record: [] }, /record/],
  [{ record: ['user', 'user'] }, /each kind of file once/],
])('a start that would keep what it cannot give is refused: %j', async (start, words) => {
  const client = connect(await open(await temporaryFolder()), 'kept');
  await client.say({ action: 'start', format: 'wav', ...start });
  expect(client.received).toMatchObject([
    { code: 'INVALID_MESSAGE', message: expect.stringMatching(words) as string },
  ]);
});

test('a profile for both sides keeps the one there is', async () => {
  const recorder = await open(
    await dataDirWith({
      ...LECTURE,
      name: 'Mix only',
      record_user_audio: false,
      record_mixed_audio: true,
    }),
  );
  const { files } = await record(recorder, 'alone', { profile: 'Mix only', tracks: ['user'] });
  expect(files).toMatchObject([{ type: 'user', format: 'wav', duration_ms: 1000 }]);
});

test('a server that was given a profile uses it for every start that names none', async () => {
  const recorder = await open(await temporaryFolder(), { defaults: { autoRecord: true, profile: 'Call' } });
  const unasked = connect(recorder, 'unasked');
  await unasked.send(audio);
  expect(unasked.received[0]).toMatchObject({ type: 'recording_started', format: 'mp3', sample_rate: 8000 });
  const { files } = await record(recorder, 'named', { profile: 'Lecture' });
  expect(files).toMatchObject([{ format: 'wav', duration_ms: 1000 }]);
});

test('a server that was given a profile that there is not does not start', async () => {
  const opening = openTestRecorder({
    dataDir: await temporaryFolder(),
    defaults: { autoRecord: false, profile: 'Seminar' },
  });
  await expect(opening).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('Lecture, Meeting, Call') as string,
  });
});

test('auto_save off leaves the raw master alone', async () => {
  const recorder = await open(await temporaryFolder());
  const { files } = await record(recorder, 'raw', { format: 'wav', gain: 2, auto_save: false });
  expect(files).toMatchObject([{ type: 'user', format: 'wav' }]);
  expect((await recorder.handlers['sessions.get']({ id: 'raw' })).files).toHaveLength(1);
});

test('database_records off: found by its id, in no list, and not in the catalog at the next launch either', async () => {
  const dataDir = await temporaryFolder();
  const first = await open(dataDir);
  const client = connect(first, 'private');
  await client.say({ action: 'start', format: 'wav', title: 'Confidential', database_records: false });
  await client.send(audio);
  await client.say({ action: 'transcript', role: 'user', text: 'not for the catalog' });
  await client.say({ action: 'marker', label: 'here' });
  await client.say({ action: 'stop' });
  await record(first, 'listed', { format: 'wav' });
  await first.close();

  const recorder = await open(dataDir);
  expect((await recorder.handlers['sessions.list']({})).sessions.map(({ id }) => id)).toEqual(['listed']);
  const found = await recorder.handlers['sessions.get']({ id: 'private' });
  expect(found).toMatchObject({ title: 'Confidential', status: 'completed', markers: [{ label: 'here' }] });
  const path = recorder.resolveFile('private', basename(found.files[0]?.file_path ?? ''));
  expect((await masterSamples(path ?? '')).equals(audio)).toBe(true);
  await recorder.handlers['sessions.update']({ id: 'private', title: 'Renamed' });
  expect(await recorder.handlers['sessions.get']({ id: 'private' })).toMatchObject({ title: 'Renamed' });
  const text = await readFile(join(dataDir, 'recordings', 'private', 'transcript.json'), 'utf8');
  expect(text).toContain('not for the catalog');
  await recorder.handlers['sessions.delete']({ id: 'private' });
  expect(await readdir(join(dataDir, 'recordings'))).toEqual(['listed']);
  await recorder.close();
  expect(await mentionsInCatalog(dataDir, 'private')).toEqual([]);
});

test('a session that the catalog must not know of is recovered after a crash, and still not in it', async () => {
  const dataDir = await temporaryFolder();
  const client = connect(await open(dataDir), 'private');
  await client.say({ action: 'start', format: 'wav', database_records: false });
  await client.send(audio);
  const copy = await copyAsAfterKill(dataDir);

  const recorder = await open(copy);
  expect(recorder.recovered).toMatchObject([{ id: 'private', status: 'recovered', duration_seconds: 1 }]);
  expect(await recorder.handlers['sessions.get']({ id: 'private' })).toMatchObject({ status: 'recovered' });
  expect(await recorder.handlers['sessions.list']({})).toMatchObject({ total: 0 });
  await recorder.close();
  expect(await mentionsInCatalog(copy, 'private')).toEqual([]);
});

/** The tables in which a session's id stands. */
async function mentionsInCatalog(dataDir: string, id: string): Promise<string[]> {
  const database = new Database(join(dataDir, 'lectern.db'), { readonly: true });
  try {
    const tables = database
      .prepare(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%session_id%' OR name = 'sessions'",
      )
      .pluck()
      .all()
      .map(String);
    expect(tables).toContain('recordings');
    return tables.filter((table) => {
      const column = table === 'sessions' ? 'id' : 'session_id';
      return database.prepare(`SELECT 1 FROM ${table} WHERE ${column} = ?`).get(id) !== undefined;
    });
  } finally {
    database.close();
  }
}

test('a profile with a folder of its own: sessions are recorded, found, played, renamed, revealed and deleted there', async () => {
  const elsewhere = await temporaryFolder();
  const dataDir = await dataDirWith({ ...LECTURE, name: 'Clinic', recordings_dir: elsewhere });
  const revealed: string[] = [];
  const overrides = {
    reveal: (path: string) => {
      revealed.push(path);
      return Promise.resolve();
    },
  };
  const first = await open(dataDir, overrides);
  await record(first, 'visit', { profile: 'Clinic' });
  const client = connect(first, 'second');
  await client.say({ action: 'start', profile: 'Clinic' });
  await client.say({ action: 'transcript', role: 'user', text: 'good morning' });
  await client.say({ action: 'stop' });
  expect(await readdir(join(dataDir, 'recordings'))).toEqual([]);
  expect((await readdir(elsewhere)).toSorted()).toEqual(['second', 'visit']);
  expect(await readdir(join(elsewhere, 'second'))).toContain('transcript.json');

  // Recorded again under the same id, though without the profile: it goes on where it is.
  await record(first, 'visit', { format: 'wav' });
  expect(await readdir(join(dataDir, 'recordings'))).toEqual([]);

  const { files } = await first.handlers['sessions.get']({ id: 'visit' });
  expect(files.map(({ status, part }) => [status, part])).toEqual([
    ['completed', 1],
    ['completed', 2],
  ]);
  const path = first.resolveFile('visit', basename(files[0]?.file_path ?? ''));
  expect((await masterSamples(path ?? '')).equals(audio)).toBe(true);
  await first.handlers['sessions.update']({ id: 'visit', title: 'Visit' });
  await first.handlers['sessions.reveal']({ id: 'visit' });
  expect(revealed).toEqual([join(elsewhere, 'visit')]);
  await first.handlers['sessions.delete']({ id: 'second' });
  expect(await readdir(elsewhere)).toEqual(['visit']);
  await first.close();

  // The catalog is lost, and the profile is gone: the folder is remembered.
  for (const name of await readdir(dataDir))
    if (name.startsWith('lectern.db') || name === 'settings.json') await rm(join(dataDir, name));
  const recorder = await open(dataDir, overrides);
  const { sessions } = await recorder.handlers['sessions.list']({});
  expect(sessions).toMatchObject([
    {
      id: 'visit',
      title: 'Visit',
      recordings_dir: elsewhere,
      files: [{ status: 'completed' }, { status: 'completed' }],
    },
  ]);
});

test('a session of a profile folder that a crash cut off is recovered where it is', async () => {
  const elsewhere = await temporaryFolder();
  const dataDir = await dataDirWith({ ...LECTURE, name: 'Clinic', recordings_dir: elsewhere });
  const running = await open(dataDir);
  const client = connect(running, 'visit');
  await client.say({ action: 'start', profile: 'Clinic' });
  await client.send(audio);
  const crashed = await temporaryFolder();
  await cp(elsewhere, join(crashed, 'clinic'), {
    recursive: true,
    // Being written at this moment, and no longer there at the next.
    filter: (path) => !path.endsWith('.new'),
  });
  await cp(join(dataDir, 'settings.json'), join(crashed, 'settings.json'));
  await rm(join(crashed, 'clinic', 'visit', '.owner'));

  // The folder as another mount point shows it: what its session.json says of its place is out of date.
  const index = { version: 1, dirs: [join(crashed, 'clinic')] };
  await writeFile(join(crashed, 'recordings-dirs.json'), JSON.stringify(index));
  await client.say({ action: 'stop' });
  await running.close();
  await rm(elsewhere, { recursive: true });
  const recorder = await open(crashed);
  expect(recorder.recovered).toMatchObject([{ id: 'visit', duration_seconds: 1 }]);
  const { sessions } = await recorder.handlers['sessions.list']({});
  expect(sessions).toMatchObject([
    { id: 'visit', recordings_dir: join(crashed, 'clinic'), files: [{ status: 'completed' }] },
  ]);
});

test('a recordings folder that was changed in the settings does not hide what was recorded before', async () => {
  const dataDir = await temporaryFolder();
  const [before, after] = [join(dataDir, 'before'), join(dataDir, 'after')];
  const first = await open(dataDir, { recordingsDir: before });
  await record(first, 'old', { format: 'wav' });
  await first.close();
  const recorder = await open(dataDir, { recordingsDir: after });
  await record(recorder, 'later', { format: 'wav' });
  expect(await readdir(after)).toEqual(['later']);
  const { sessions } = await recorder.handlers['sessions.list']({});
  expect(sessions.map(({ id, files }) => [id, files[0]?.status])).toEqual([
    ['later', 'completed'],
    ['old', 'completed'],
  ]);
});

test('a folder out of the trash brings its session back, in a folder of a profile too', async () => {
  const elsewhere = await temporaryFolder();
  const trash = await temporaryFolder();
  const dataDir = await dataDirWith({ ...LECTURE, name: 'Clinic', recordings_dir: elsewhere });
  const recorder = await open(dataDir, {
    moveToTrash: async (path) => {
      await mkdir(trash, { recursive: true });
      await rename(path, join(trash, basename(path)));
    },
  });
  await record(recorder, 'visit', { profile: 'Clinic' });
  await recorder.handlers['sessions.delete']({ id: 'visit' });
  expect(await recorder.handlers['sessions.list']({})).toMatchObject({ total: 0 });
  await rename(join(trash, 'visit'), join(elsewhere, 'visit'));
  expect(await recorder.handlers['sessions.list']({})).toMatchObject({
    total: 1,
    sessions: [{ id: 'visit' }],
  });
});
