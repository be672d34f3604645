import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sessionFileSchema, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import { copyAsAfterKill, deadPid } from '../../support/after-kill.ts';
import { voice } from '../../support/mix-reference.ts';
import { openOwnRecorder } from '../../support/own-recorder.ts';

const RATE = 16_000;
const SECONDS = 3;
const near = voice(5, RATE * SECONDS, 30_000);
const far = voice(6, RATE * SECONDS, 30_000);

const folderIn = (dataDir: string, id = 'call'): string => join(dataDir, 'recordings', id);

/** Three seconds of both sides, stopped, with a marker and a line of text; nobody has the folder open any more. */
async function recorded(start: object = {}): Promise<string> {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect('call', { send: () => undefined });
  const say = (message: object) => connection.receiveText(JSON.stringify(message));
  await say({
    action: 'start',
    format: 'wav',
    title: 'Talk',
    tracks: ['user', 'assistant'],
    placement: 'append',
    ...start,
  });
  for (const [track, audio] of [
    ['user', near],
    ['assistant', far],
  ] as const)
    await say({ action: 'audio_chunk', track, data: audio.toString('base64') });
  await say({ action: 'marker', label: 'here' });
  await say({ action: 'transcript', role: 'user', text: 'good morning' });
  await say({ action: 'stop' });
  await recorder.close();
  return dataDir;
}

async function described(dataDir: string, id = 'call'): Promise<SessionRecord> {
  const text = await readFile(join(folderIn(dataDir, id), 'session.json'), 'utf8');
  const { session } = sessionFileSchema.parse(JSON.parse(text));
  // Where a file is fetched is for whoever lists it to say.
  return { ...session, files: session.files.map((file) => ({ ...file, url: '' })) };
}

async function putDescription(dataDir: string, session: SessionRecord, name = 'session.json'): Promise<void> {
  await writeFile(join(folderIn(dataDir), name), JSON.stringify({ version: 1, session }));
}

/** What a kill in the stop leaves that has written down nothing but that the part began. */
function asBegun(session: SessionRecord): SessionRecord {
  const [file] = session.files;
  if (file === undefined) throw new Error('nothing was recorded');
  const row = { ...file, status: 'recording' as const, byte_size: 0, duration_ms: 0 };
  const sides = session.tracks.map((type) => ({
    ...row,
    type,
    file_path: file.file_path.replace('mixed', type),
  }));
  return {
    ...session,
    status: 'recording',
    ended_at: null,
    duration_seconds: 0,
    parts: session.parts.map(({ report: _, reason: __, ...part }) => ({ ...part, duration_seconds: 0 })),
    files: [...sides, row],
  };
}

const open = async (dataDir: string) => {
  const { recorder } = await openOwnRecorder({ dataDir });
  return { recorder, session: await recorder.handlers['sessions.get']({ id: 'call' }) };
};

describe('a kill in the stop that leaves only the mix', () => {
  test.each(['with', 'without'] as const)(
    'has duration and captured figures of the mix %s a description',
    async (kind) => {
      const dataDir = await recorded({ record: ['mixed'] });
      const copy = await copyAsAfterKill(dataDir, { keepCatalog: false });
      if (kind === 'with') await putDescription(copy, asBegun(await described(copy)));
      else await rm(join(folderIn(copy), 'session.json'));
      const owner = JSON.stringify({ pid: deadPid(), process_started: '', boot_id: '', booted_at: 0 });
      await writeFile(join(folderIn(copy), '.owner'), owner);
      if (kind === 'without')
        for (const name of await readdir(folderIn(copy)))
          if (name.endsWith('.wav'))
            await rename(join(folderIn(copy), name), join(folderIn(copy), `${name}.partial`));
      const { session } = await open(copy);
      expect(session.duration_seconds).toBe(SECONDS);
      expect(session.recovered?.lost_seconds_at_most).toBeLessThanOrEqual(2);
      expect(session.files.map(({ type, status, duration_ms }) => [type, status, duration_ms])).toEqual([
        ['mixed', 'completed', SECONDS * 1000],
      ]);
      const frames = RATE * SECONDS;
      expect(session.parts).toMatchObject([
        { duration_seconds: SECONDS, report: { captured: frames, expected: frames, gaps: [] } },
      ]);
    },
  );
});

test('a session that was cut off in a folder that is away is named with the reason', async () => {
  const { recorder, dataDir } = await openOwnRecorder();
  const connection = recorder.connect('call', { send: () => undefined });
  await connection.receiveText('{"action":"start","format":"wav"}');
  await connection.receiveBinary(near);
  const copy = await copyAsAfterKill(dataDir);
  await rename(folderIn(copy), join(copy, 'away'));
  const first = await openOwnRecorder({ dataDir: copy });
  expect(first.recorder.unfinished.map(({ id }) => id)).toEqual(['call']);
  expect(first.recorder.unfinished[0]?.reason).toContain('folder is not where it was');
  await first.recorder.close();
  await rename(join(copy, 'away'), folderIn(copy));
  const { recorder: next, session } = await open(copy);
  expect(next.unfinished).toEqual([]);
  expect(session).toMatchObject({ status: 'recovered', duration_seconds: SECONDS });
});

describe('a finished session whose files say less than the catalog', () => {
  const paths = (dataDir: string) =>
    ['session.json', 'transcript.json'].map((name) => join(folderIn(dataDir), name)) as [string, string];

  test.each(['stale', 'torn', 'gone'] as const)('has a %s session.json written again', async (kind) => {
    const dataDir = await recorded();
    const [path] = paths(dataDir);
    const whole = await described(dataDir);
    if (kind === 'stale') await putDescription(dataDir, { ...asBegun(whole), revision: 1 });
    else if (kind === 'torn') await writeFile(path, (await readFile(path)).subarray(0, 500));
    else await rm(path);
    const first = await open(dataDir);
    expect(first.session).toMatchObject({ status: 'completed', title: 'Talk', recovered: null });
    const mended = await described(dataDir);
    expect(mended).toEqual({ ...whole, revision: mended.revision });
    expect(mended.revision).toBeGreaterThanOrEqual(whole.revision);
    await first.recorder.close();
    const written = await readFile(path);
    // A catalog that is made anew has all of it.
    for (const name of await readdir(dataDir))
      if (name.startsWith('lectern.db')) await rm(join(dataDir, name));
    const { session } = await open(dataDir);
    expect(session).toMatchObject({ status: 'completed', title: 'Talk', markers: [{ label: 'here' }] });
    expect(await readFile(path)).toEqual(written);
  });

  test('has a torn transcript.json written again', async () => {
    const dataDir = await recorded();
    const [, path] = paths(dataDir);
    const whole = await readFile(path, 'utf8');
    await writeFile(path, whole.slice(0, -20));
    await open(dataDir);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(JSON.parse(whole));
  });

  test('takes a newer session.json.new that is whole, and not half of one', async () => {
    const dataDir = await recorded();
    const whole = await described(dataDir);
    await putDescription(dataDir, { ...asBegun(whole), revision: 1 });
    await putDescription(dataDir, { ...whole, revision: whole.revision + 3 }, 'session.json.new');
    for (const name of await readdir(dataDir))
      if (name.startsWith('lectern.db')) await rm(join(dataDir, name));
    const first = await open(dataDir);
    expect(first.session).toMatchObject({ status: 'completed', title: 'Talk', recovered: null });
    expect(await described(dataDir)).toEqual({ ...whole, revision: whole.revision + 3 });
    await first.recorder.close();
    await writeFile(join(folderIn(dataDir), 'session.json.new'), '{"version": 1, "session": {');
    expect((await open(dataDir)).session.status).toBe('completed');
    expect(await described(dataDir)).toEqual({ ...whole, revision: whole.revision + 3 });
  });
});
