import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openCatalog } from '../../../src-main/catalog/catalog.ts';
import { addIndexFunctions } from '../../../src-main/catalog/index-functions.ts';
import { migrations } from '../../../src-main/catalog/migrations/index.ts';
import { saveTalk, silentSession, spokenLine } from '../../support/talk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** The version before words were indexed by signs. */
const VERSION = 9;

/** A catalog as an earlier version left it, with so many lines of one session. */
async function earlierCatalog(lines: number, version = VERSION): Promise<string> {
  const path = join(await temporaryFolder(), 'lectern.db');
  const database = new Database(path);
  addIndexFunctions(database);
  for (const sql of migrations.slice(0, version)) database.exec(sql);
  database.pragma(`user_version = ${version}`);
  database.exec(`
    INSERT INTO sessions (id, title, notes, status, started_at, format, sample_rate, channels, encoding, tracks, gain, revision, duration_seconds)
      VALUES ('talk', '月例会議', '', 'completed', '2026-01-01T00:00:00.000Z', 'wav', 16000, 1, 'pcm_s16le', '["user"]', 1, 1, 3600);
    INSERT INTO session_numbers (number, session_id) VALUES (1, 'talk');
    INSERT INTO session_details (session_id, kind, text) VALUES ('talk', 'title', '月例会議');
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${lines})
    INSERT INTO session_transcripts (row, id, session_id, role, text, occurred_at, start_ms, end_ms, source)
      SELECT 16777216 + i, printf('00000000-0000-4000-8000-%012d', i), 'talk', 'user', '第' || i || '次Zoom会議', '2026-01-01T00:00:00.000Z', i, i + 1, 'live' FROM n`);
  database.close();
  return path;
}

test('what an earlier version wrote is found by signs as soon as the catalog is open', async () => {
  const catalog = openCatalog(await earlierCatalog(300));
  try {
    expect(catalog.search({ query: '会議', per_session: 1 })).toMatchObject({ total: 301, complete: true });
    expect(catalog.search({ query: '299' }).total).toBe(1);
  } finally {
    catalog.close();
  }
});

test('many lines are indexed in pieces, the latest first, and what changes meanwhile is neither lost nor doubled', async () => {
  const path = await earlierCatalog(11_200);
  let catalog = openCatalog(path);
  const at = (query: string): number[] =>
    catalog.search({ query, session_id: 'talk' }).hits.map(({ start_ms }) => start_ms ?? -1);
  try {
    // Nothing here waits, so that no further piece has had its turn.
    expect(catalog.search({ query: '会議' }).complete).toBe(false);
    expect([at('11199'), at('5')]).toEqual([[11_199], []]);
    const idOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    catalog.putTranscript('talk', [
      { ...spokenLine('変更した予算', 5), id: idOf(5) },
      { ...spokenLine('後からの予算', 20_000) },
    ]);
    expect(at('予算')).toEqual([5, 20_000]);
    await expect.poll(() => catalog.search({ query: '999' }).complete, { timeout: 20_000 }).toBe(true);
    expect([at('0'), at('6'), at('5'), at('予算')]).toEqual([[0], [6], [], [5, 20_000]]);
    const { entries, ...rest } = catalog.transcript('talk');
    catalog.saveTranscript('talk', {
      ...rest,
      entries: entries.filter(({ text }) => !text.includes('予算')),
    });
    expect(at('予算')).toEqual([]);
  } finally {
    catalog.close();
  }
  const raw = new Database(path);
  raw.exec("INSERT INTO transcript_index (transcript_index) VALUES ('integrity-check')");
  expect(raw.prepare('SELECT count(*) FROM index_backlog').pluck().get()).toBe(0);
  raw.close();
  catalog = openCatalog(path);
  expect(catalog.search({ query: '予算' }).total).toBe(0);
  catalog.save(silentSession('later', 0, { title: '予算' }));
  saveTalk(catalog, silentSession('other', 1), ['会議室']);
  expect(catalog.search({ query: '会議室' }).total).toBe(1);
});

test('what was indexed by other spellings is indexed anew, once', async () => {
  const path = await earlierCatalog(3, 10);
  const earlier = new Database(path);
  earlier.exec(`
    DELETE FROM index_backlog;
    UPDATE session_transcripts SET text = 'ещё cœur 🚀';
    INSERT INTO transcript_index (rowid, words, pairs) SELECT row, 'ещё cœur', '' FROM session_transcripts;
    UPDATE session_details SET text = 'Łódź';
    INSERT INTO details_index (rowid, words, pairs) SELECT row, 'łodz', '' FROM session_details`);
  earlier.close();
  const catalog = openCatalog(path);
  try {
    const total = (query: string): number => catalog.search({ query }).total;
    expect(['еще', 'ещё', 'coeur', '🚀', 'lodz', '会議'].map(total)).toEqual([3, 3, 3, 3, 1, 0]);
    expect(catalog.search({ query: '🚀' }).complete).toBe(true);
  } finally {
    catalog.close();
  }
  const raw = new Database(path);
  raw.exec("INSERT INTO transcript_index (transcript_index) VALUES ('integrity-check')");
  expect(raw.prepare('SELECT count(*) FROM transcript_index').pluck().get()).toBe(3);
  raw.close();
});

test('a catalog of two sides takes tracks of any names, and has all that it had', async () => {
  const path = await earlierCatalog(5, 10);
  const before = new Database(path);
  before.exec(`
    INSERT INTO recordings (session_id, part, recording_type, file_path, format, master, status, byte_size)
      VALUES ('talk', 1, 'user', 'talk/user_17.wav', 'wav', 1, 'completed', 1234);
    INSERT INTO session_audio_segments (segment_id, session_id, turn_id, role, part, start_frame, frame_count, start_ms, end_ms,
      sample_rate, num_channels, duration_ms, byte_size, bleed, audio_url, started_at, ended_at)
      VALUES ('00000000-0000-4000-8000-0000000000aa', 'talk', '00000000-0000-4000-8000-0000000000bb', 'user', 1, 0, 16000, 0, 1000, 16000, 1, 1000, 32000, 1, '', '2026-01-01T00:00:00.000Z',
        '2026-01-01T00:00:01.000Z')`);
  const contents = (database: Database.Database) =>
    ['recordings', 'session_audio_segments', 'session_transcripts'].map((table) =>
      database.prepare(`SELECT * FROM ${table}`).all(),
    );
  const had = contents(before);
  before.close();
  const catalog = openCatalog(path);
  try {
    const session = catalog.get('talk');
    expect(session?.files).toMatchObject([{ type: 'user', byte_size: 1234 }]);
    catalog.putTranscript('talk', [spokenLine('参加者の予算', 7, { role: 'guest-1' })]);
    await expect.poll(() => catalog.search({ query: '会議' }).complete, { timeout: 20_000 }).toBe(true);
    expect(catalog.search({ query: '予算' }).hits).toMatchObject([{ role: 'guest-1', start_ms: 7 }]);
    expect(catalog.search({ query: '会議', session_id: 'talk' }).total).toBe(6);
  } finally {
    catalog.close();
  }
  const after = new Database(path);
  after.exec(`DELETE FROM session_transcripts WHERE role = 'guest-1'`);
  expect(contents(after)).toEqual(had);
  expect(() => after.exec(`UPDATE session_transcripts SET role = 'mixed'`)).toThrow(/CHECK/);
  after.close();
});
