import { expect, test } from 'vitest';
import type { ApiClient, ApiInput, ApiName, ApiOutput } from '../../../src-main/contract/api.ts';
import type { Result } from '../../../src-main/contract/errors.ts';
import { sessionRecordSchema, type SessionRecord } from '../../../src-main/contract/session-record.ts';
import { createLibraryController } from '../../../src-renderer/store/library-controller.ts';
import { badgeOf, mainFile } from '../../../src-renderer/store/session-files.ts';

function session(id: string, patch: Partial<SessionRecord> = {}): SessionRecord {
  return sessionRecordSchema.parse({
    id,
    title: id,
    notes: '',
    status: 'completed',
    started_at: '2026-01-01T09:00:00Z',
    ended_at: null,
    format: 'mp4',
    sample_rate: 16_000,
    channels: 1,
    encoding: 'pcm_s16le',
    tracks: ['user'],
    gain: 1,
    encoder: null,
    duration_seconds: 1,
    parts: [],
    files: [],
    markers: [],
    segments: [],
    ...patch,
  });
}

function file(
  name: string,
  patch: Partial<SessionRecord['files'][number]> = {},
): SessionRecord['files'][number] {
  return {
    type: 'user',
    format: 'wav',
    file_path: `s/${name}`,
    url: '',
    byte_size: 1,
    duration_ms: 1000,
    part: 1,
    master: false,
    gain: 1,
    status: 'completed',
    ...patch,
  };
}

/** An API whose calls wait to be answered one by one, in any order. */
function createSlowApi() {
  const waiting: { name: ApiName; input: unknown; answer: (result: unknown) => void }[] = [];
  const client: ApiClient = {
    call: <Name extends ApiName>(name: Name, input: ApiInput<Name>) =>
      new Promise<Result<ApiOutput<Name>>>((resolve) => {
        waiting.push({ name, input, answer: (result) => resolve(result as Result<ApiOutput<Name>>) });
      }),
  };
  return { client, waiting };
}

const listOf = (...sessions: SessionRecord[]) => ({ ok: true, value: { sessions, total: sessions.length } });

test('an answer to an earlier search that comes late does not replace the later one', async () => {
  const { client, waiting } = createSlowApi();
  const library = createLibraryController(client);
  const searches = [library.search('bud'), library.search('budget')];
  const [first, second] = waiting.filter(({ name }) => name === 'sessions.list');
  second!.answer(listOf(session('budget')));
  first!.answer(listOf(session('buddy'), session('budget')));
  await Promise.all(searches);
  expect(library.store.getState().sessions.map(({ id }) => id)).toEqual(['budget']);
});

test('a recording that could not be deleted stays in the list and says why', async () => {
  const { client, waiting } = createSlowApi();
  const library = createLibraryController(client);
  const loading = library.refresh();
  waiting[0]!.answer(listOf(session('kept')));
  await loading;
  const removing = library.remove('kept');
  expect(library.store.getState().tasks['kept']).toEqual({ kind: 'deleting' });
  waiting[1]!.answer({ ok: false, error: { code: 'TRASH_FAILED', message: 'Expected a trash' } });
  expect(await removing).toBe(false);
  expect(library.store.getState()).toMatchObject({
    sessions: [{ id: 'kept' }],
    tasks: {},
    problems: { kept: { code: 'TRASH_FAILED' } },
  });
});

test('Play takes the delivered file, and the original where the delivered one is gone', () => {
  const master = file('user_1.wav', { master: true });
  const delivered = file('user_1.mp4', { format: 'mp4' });
  expect(mainFile(session('s', { files: [master, delivered] }), 1)).toEqual(delivered);
  const gone = { ...delivered, status: 'missing' as const };
  expect(mainFile(session('s', { files: [master, gone] }), 1)).toEqual(master);
});

test('a session whose files are gone is marked, whatever its recording was', () => {
  const gone = file('a', { status: 'missing' });
  expect(badgeOf({ status: 'completed', files: [gone] })).toBe('missing');
  expect(badgeOf({ status: 'recovered', files: [gone, file('b')] })).toBe('partly_missing');
  expect(badgeOf({ status: 'recording', files: [gone] })).toBe('recording');
});
