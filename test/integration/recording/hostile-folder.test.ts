import { link, mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  MAX_NOTES_CHARACTERS,
  MAX_SESSION_MARKERS,
  MAX_SPEAKER_CHARACTERS,
  MAX_TITLE_CHARACTERS,
} from '../../../src-main/contract/limits.ts';
import { sessionFileSchema, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import { MAX_SESSION_CHARACTERS, MAX_TRANSCRIPT_CHARACTERS } from '../../../src-main/contract/transcript.ts';
import { createEncoder } from '../../../src-main/encode/create-encoder.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';
import { readWav } from '../../support/read-wav.ts';
import { seededBytes } from '../../support/seeded-bytes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { ask, startTestServer, withToken } from '../remote/test-server.ts';

const audio = seededBytes(5, 16_000 * 2 * 2);
const silent = () => undefined;

/** A finished session in a bare folder, as one that came from somewhere else: the catalog knows nothing of it. */
async function foreignFolder({ keepCatalog = false } = {}) {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect('talk', { send: silent });
  void connection.receiveText('{"action":"start","format":"wav","title":"Physics"}');
  await connection.receiveBinary(audio);
  await connection.receiveText('{"action":"marker","label":"exam"}');
  await connection.receiveText('{"action":"transcript","role":"user","text":"hello"}');
  await connection.receiveText('{"action":"stop"}');
  await recorder.close();
  if (!keepCatalog)
    for (const name of await readdir(dataDir))
      if (name.startsWith('lectern.db')) await rm(join(dataDir, name));
  const folder = join(dataDir, 'recordings/talk');
  const { session } = sessionFileSchema.parse(
    JSON.parse(await readFile(join(folder, 'session.json'), 'utf8')),
  );
  return { dataDir, folder, session, master: session.files[0]!.file_path.split('/')[1]! };
}

async function writeSession(folder: string, session: Partial<SessionRecord>): Promise<string> {
  const text = JSON.stringify({ version: 1, session });
  await writeFile(join(folder, 'session.json'), text);
  return text;
}

async function launch(dataDir: string) {
  const said: unknown[][] = [];
  const { recorder } = await openOwnRecorder({
    dataDir,
    log: (...words) => said.push(words),
    encoder: createEncoder({ ffmpeg: undefined, log: silent }),
  });
  await recorder.recoveryFinished;
  return { recorder, said, handlers: recorder.handlers };
}

test('texts and lists without end in session.json are cut to what there can be, and the original is kept', async () => {
  const { dataDir, folder, session } = await foreignFolder();
  const marker = session.markers[0]!;
  const written = await writeSession(folder, {
    ...session,
    title: `${'x'.repeat(MAX_TITLE_CHARACTERS - 1)}👩‍🏫${'y'.repeat(100_000)}`,
    notes: 'n'.repeat(3_000_000),
    profile: 'p'.repeat(100_000),
    markers: [
      { ...marker, label: 'l'.repeat(100_000) },
      ...Array.from({ length: MAX_SESSION_MARKERS + 4 }, () => marker),
    ],
    revision: Number.MAX_SAFE_INTEGER,
  });
  const { handlers, said, recorder } = await launch(dataDir);
  expect((await handlers['sessions.list']({})).total).toBe(1);
  const read = await handlers['sessions.get']({ id: 'talk' });
  // A character of several code points is taken whole or not at all.
  expect(read.title).toBe('x'.repeat(MAX_TITLE_CHARACTERS - 1));
  expect(read.notes.length).toBeLessThanOrEqual(MAX_NOTES_CHARACTERS);
  expect(read.notes).toMatch(/^n{19000}/);
  expect(read.notes).toContain('markers: 5 left out');
  expect(read.notes).toMatch(/It is kept as session\.json\.aside\.$/);
  expect(read.markers).toHaveLength(MAX_SESSION_MARKERS);
  expect(read.markers[0]!.label).toHaveLength(200);
  expect(read.files).toMatchObject([{ status: 'completed' }]);
  expect(await readFile(join(folder, 'session.json.aside'), 'utf8')).toBe(written);
  expect(said).toContainEqual([
    'warn',
    expect.stringContaining('kept aside'),
    expect.objectContaining({ aside: 'session.json.aside' }),
  ]);
  expect(read.notes).toContain('title cut from');
  // What is shown can be saved again.
  await handlers['sessions.update']({ id: 'talk', notes: read.notes, title: read.title });
  await recorder.close();
  // It is told of once.
  const again = await launch(dataDir);
  expect(again.said.filter(([level]) => level !== 'info')).toEqual([]);
  expect((await readdir(folder)).filter((name) => name.includes('aside'))).toEqual(['session.json.aside']);
  expect((await again.handlers['sessions.get']({ id: 'talk' })).notes).toBe(read.notes);
});

test.each([false, true])(
  'a session.json that is too large to be read is kept before another takes its place; known to the catalog: %s',
  async (keepCatalog) => {
    const { dataDir, folder, session } = await foreignFolder({ keepCatalog });
    const path = join(folder, 'session.json');
    const text = await writeSession(folder, { ...session, title: 'Chemistry', revision: 99 });
    const file = await open(path, 'r+');
    await file.truncate(65 * 1024 * 1024);
    await file.close();
    const { handlers, said } = await launch(dataDir);
    const read = await handlers['sessions.get']({ id: 'talk' });
    expect(read.title).toMatch(keepCatalog ? /^Physics$/ : /^\d{4}-/);
    expect(read.files).toMatchObject([{ status: 'completed' }]);
    expect(read.notes).toBe(
      keepCatalog
        ? ''
        : 'The session.json of this recording is larger than 64 MB. It is kept as session.json.aside.',
    );
    await handlers['sessions.update']({ id: 'talk', title: 'Renamed' });
    const kept = await readFile(join(folder, 'session.json.aside'));
    expect(kept.length).toBe(65 * 1024 * 1024);
    expect(kept.subarray(0, text.length).toString()).toBe(text);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ session: { title: 'Renamed' } });
    expect(said).toContainEqual([
      'warn',
      expect.stringContaining('kept aside'),
      { id: 'talk', aside: 'session.json.aside', reason: 'is larger than 64 MB' },
    ]);
  },
);

test('lists of millions of nothing cost no more than their description', async () => {
  const { dataDir, folder, session } = await foreignFolder();
  const zeros = `[${'0,'.repeat(5_000_000)}0]`;
  const text = JSON.stringify({ version: 1, session: { ...session, markers: 'HERE' } });
  await writeFile(join(folder, 'session.json'), text.replace('"HERE"', zeros));
  const { handlers } = await launch(dataDir);
  const read = await handlers['sessions.get']({ id: 'talk' });
  expect(read).toMatchObject({ markers: [], files: [{ status: 'completed' }] });
  expect(await readdir(folder)).toContain('session.json.aside');
});

test('a transcript.json with more than there can be is cut, and the original is kept', async () => {
  const { dataDir, folder } = await foreignFolder();
  const path = join(folder, 'transcript.json');
  const parsed = JSON.parse(await readFile(path, 'utf8')) as {
    transcript: { entries: object[]; speakers: object };
  };
  const [entry] = parsed.transcript.entries;
  const uuid = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
  const long = { ...entry, text: 't'.repeat(MAX_TRANSCRIPT_CHARACTERS + 5), speaker: 's'.repeat(5000) };
  const entries = Array.from({ length: 300 }, (_, index) => ({ ...long, id: uuid(index) }));
  const transcript = {
    ...parsed.transcript,
    entries,
    speakers: { user: 'u'.repeat(5000), constructor: 'Anna' },
  };
  const written = JSON.stringify({ version: 1, transcript });
  await writeFile(path, written);
  const { handlers, said, recorder } = await launch(dataDir);
  const { lines, speakers } = await handlers['sessions.conversation']({ id: 'talk' });
  const texts = lines.flatMap(({ text }) => text ?? []);
  expect(texts).toHaveLength(MAX_SESSION_CHARACTERS / MAX_TRANSCRIPT_CHARACTERS);
  expect(texts[0]).toHaveLength(MAX_TRANSCRIPT_CHARACTERS);
  expect(lines[0]!.speaker).toHaveLength(MAX_SPEAKER_CHARACTERS);
  expect(speakers).toEqual({ user: 'u'.repeat(MAX_SPEAKER_CHARACTERS), constructor: 'Anna' });
  expect(await readFile(`${path}.aside`, 'utf8')).toBe(written);
  expect(said).toContainEqual([
    'warn',
    expect.stringContaining('transcript.json'),
    expect.objectContaining({ aside: 'transcript.json.aside' }),
  ]);
  await recorder.close();
  const again = await launch(dataDir);
  expect(again.said.filter(([level]) => level !== 'info')).toEqual([]);
});

test.each(['too large', 'damaged'])(
  'a transcript.json that is %s is kept before it is written anew',
  async (how) => {
    const { dataDir, folder } = await foreignFolder({ keepCatalog: true });
    const path = join(folder, 'transcript.json');
    await writeFile(path, how === 'damaged' ? '{"version":1,"transcript":' : '');
    if (how === 'too large') {
      const file = await open(path, 'r+');
      await file.write('{"version":1,"transcript":{"revision":99,');
      await file.truncate(65 * 1024 * 1024);
      await file.close();
    }
    const before = await readFile(path);
    const { handlers, recorder } = await launch(dataDir);
    await handlers['sessions.transcript.add']({ id: 'talk', role: 'user', text: 'added' });
    await recorder.close();
    expect((await readFile(`${path}.aside`)).equals(before)).toBe(true);
    expect(await readFile(path, 'utf8')).toContain('added');
  },
);

/** A folder with the name of the session, in one that nobody ever chose to hold recordings. */
async function elsewhere(name: string, content: Buffer) {
  const dir = await temporaryFolder();
  const folder = join(dir, 'talk');
  await mkdir(folder);
  await writeFile(join(folder, name), content);
  await writeFile(join(folder, `user_1.wav.partial`), content);
  const held = async (): Promise<string[]> => [
    ...(await readdir(folder)).toSorted(),
    (await readFile(join(folder, name))).toString('hex'),
    (await readFile(join(folder, 'user_1.wav.partial'))).toString('hex'),
  ];
  return { dir, folder, held };
}

test.each(['recordings_dir', 'fallback_dir'] as const)(
  'a %s that nobody chose is neither served from, recovered, renamed, exported to, recorded to nor deleted',
  async (key) => {
    for (const catalogued of [true, false])
      for (const status of ['completed', 'recording'] as const) {
        const { dataDir, folder, session, master } = await foreignFolder();
        const secret = seededBytes(9, 5000);
        const other = await elsewhere('secret.wav', secret);
        const before = await other.held();
        await writeSession(folder, {
          ...session,
          [key]: other.dir,
          status,
          database_records: catalogued,
          files: [
            ...session.files,
            { ...session.files[0]!, file_path: 'talk/secret.wav', master: false, format: 'wav' },
          ],
        });
        const { handlers, recorder } = await launch(dataDir);
        expect(await handlers['sessions.get']({ id: 'talk' })).toMatchObject({ [key]: null });
        const server = await startTestServer(recorder);
        const answer = await ask(server.port, '/api/sessions/talk/files/secret.wav', { headers: withToken });
        expect(answer.status).toBe(404);
        const own = await ask(server.port, `/api/sessions/talk/files/${master}`, { headers: withToken });
        expect(own.status).toBe(200);
        await handlers['sessions.update']({ id: 'talk', title: 'Renamed' });
        await handlers['sessions.export']({ id: 'talk', format: 'wav', gain: 2 });
        await handlers['sessions.repair']({ id: 'talk' });
        const connection = recorder.connect('talk', { send: silent });
        void connection.receiveText('{"action":"start","format":"wav"}');
        await connection.receiveBinary(audio);
        await connection.receiveText('{"action":"stop"}');
        await handlers['sessions.delete']({ id: 'talk' });
        expect(await other.held()).toEqual(before);
        await recorder.close();
      }
  },
);

test('files that a session.json puts elsewhere, under no plain name or twice are not its files', async () => {
  const { dataDir, folder, session, master } = await foreignFolder();
  const outside = join(dataDir, 'recordings', 'outside.wav');
  await writeFile(outside, 'outside');
  const file = session.files[0]!;
  const paths = [
    '..',
    '',
    '.',
    'talk/..',
    'talk/.owner',
    '../outside.wav',
    `other/${master}`,
    '/etc/passwd\n',
  ];
  const id = '6f1d2f4e-6f0a-4f6e-9a51-0c7d9f5f7a11';
  await writeSession(folder, {
    ...session,
    files: [...session.files, ...paths.map((file_path) => ({ ...file, file_path, url: 'http://evil/' }))],
    segments: [
      {
        ...{ segment_id: id, turn_id: id, role: 'user', part: 1, start_frame: 0, frame_count: 16_000 },
        ...{ start_ms: 0, end_ms: 1000, started_at: session.started_at, ended_at: session.started_at },
        ...{ interrupted: false, bleed: false, file: '../outside.wav' },
      },
    ],
  });
  const { handlers, recorder } = await launch(dataDir);
  const read = await handlers['sessions.get']({ id: 'talk' });
  expect(read.files.map(({ file_path, status }) => [file_path, status])).toEqual([
    [`talk/${master}`, 'completed'],
    ['talk/outside.wav', 'missing'],
  ]);
  expect(read.files.map(({ url }) => url)).not.toContain('http://evil/');
  expect(read.segments).toMatchObject([{ file: null }]);
  expect(read.notes).toContain('7 left out');
  for (const name of ['..', '.', '.owner', 'outside.wav', '../outside.wav'])
    expect(recorder.resolveFile('talk', name)).toBeUndefined();
});

test.each([
  ['the sample rate is not above zero', { sample_rate: 0 }],
  ['the duration is negative', { duration_seconds: -1 }],
  ['the date is none', { started_at: '2026-02-30T00:00:00Z' }],
  ['the id is of another folder', { id: 'lecture' }],
])('a session.json is not believed where %s, and the audio is listed', async (_, change) => {
  const { dataDir, folder, session } = await foreignFolder();
  const written = await writeSession(folder, { ...session, ...change });
  const { handlers } = await launch(dataDir);
  expect(await handlers['sessions.get']({ id: 'talk' })).toMatchObject({
    duration_seconds: 2,
    sample_rate: 16_000,
    files: [{ status: 'completed' }],
  });
  expect(await readFile(join(folder, 'session.json.aside'), 'utf8')).toBe(written);
});

test('a recordings-dirs.json with what is no folder costs the folders beside it nothing', async () => {
  const { dataDir, folder } = await foreignFolder();
  const dir = await temporaryFolder();
  await rename(folder, join(dir, 'talk'));
  const dirs = [7, 'relative', '/x'.repeat(5000), dir];
  await writeFile(join(dataDir, 'recordings-dirs.json'), JSON.stringify({ version: 1, dirs }));
  const { handlers } = await launch(dataDir);
  expect((await handlers['sessions.list']({})).sessions).toMatchObject([
    { id: 'talk', recordings_dir: dir, files: [{ status: 'completed' }] },
  ]);
});

test('bytes that have a second name are the same under it after recovery, a check and an export', async () => {
  const { dataDir, folder, session, master } = await foreignFolder();
  const path = join(folder, master);
  const outside = join(dataDir, 'outside.wav');
  const unfinished = join(dataDir, 'unfinished.wav');
  // As a kill leaves it: no lengths in the header, half a frame at the end.
  const bytes = await readFile(path);
  bytes.writeUInt32LE(0, 4);
  bytes.writeUInt32LE(0, 40);
  const dataEnd = bytes.indexOf(audio.subarray(-64)) + 64;
  const left = Buffer.concat([bytes.subarray(0, dataEnd), Buffer.from([7])]);
  await rm(path);
  await writeFile(unfinished, left);
  await link(unfinished, `${path}.partial`);
  await writeSession(folder, {
    ...session,
    status: 'recording',
    files: session.files.map((file) => ({ ...file, status: 'recording' })),
  });
  const { handlers, recorder } = await launch(dataDir);
  expect(recorder.recovered).toMatchObject([{ id: 'talk', duration_seconds: 2 }]);
  expect((await readWav(path)).samples.equals(audio)).toBe(true);
  expect((await readFile(unfinished)).equals(left)).toBe(true);
  await link(path, outside);
  const whole = await readFile(outside);
  await handlers['sessions.repair']({ id: 'talk' });
  await handlers['sessions.export']({ id: 'talk', format: 'wav', gain: 2 });
  expect((await readFile(outside)).equals(whole)).toBe(true);
  // One that is damaged is mended under its own name alone.
  const damaged = Buffer.from(whole);
  damaged.writeUInt32LE(0, 40);
  await writeFile(outside, damaged);
  await handlers['sessions.repair']({ id: 'talk' });
  expect((await readFile(outside)).equals(damaged)).toBe(true);
  expect((await readWav(path)).samples.equals(audio)).toBe(true);
  expect((await readdir(folder)).filter((name) => /mending|repairing/.test(name))).toEqual([]);
});
